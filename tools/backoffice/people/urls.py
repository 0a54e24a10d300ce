"""Addresses of the pages that log people in and out; it knows no other page."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from tools.backoffice.people.views import login_link

urlpatterns = [
    path("login", LoginView.as_view(template_name="people/login.html"), name="login"),
    path("login/<str:token>", login_link, name="login-link"),
    path("logout", LogoutView.as_view(), name="logout"),
]
