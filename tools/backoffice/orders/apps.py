"""Names the app of orders to Django; it knows nothing else."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The app `orders`."""

    name = "tools.backoffice.orders"
    label = "orders"
