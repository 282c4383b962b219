"""Logging in and out, and setting one's own password."""

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.urls import reverse_lazy


class Login(auth_views.LoginView):
    template_name = "accounts/login.html"


class Logout(auth_views.LogoutView):
    pass


class ChangePassword(auth_views.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        form.user.must_change_password = False
        messages.success(self.request, "Your password is set.")
        return super().form_valid(form)
