"""Addresses of the pages that log people in and out; it knows no other page."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from tools.backoffice.people.views import LoginPage, login_link

urlpatterns = [
    path("login", LoginPage.as_view(), name="login"),
    path("login/<str:token>", login_link, name="login-link"),
    path("logout", LogoutView.as_view(), name="logout"),
]
