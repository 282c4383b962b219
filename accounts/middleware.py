"""A password given by someone else is used once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse


class AskForOwnPassword:
    """Send a researcher who came in with a one-time password to the page that sets their own.

    A program that speaks to the API is told so instead. Static files never come here: WhiteNoise serves them before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        allowed = {reverse("password_change"), reverse("logout")}
        if request.user.is_authenticated and request.user.must_change_password and request.path not in allowed:
            if request.path.startswith("/api/"):
                return JsonResponse(
                    {"detail": f"Set a password of your own first: {reverse('password_change')}"}, status=403
                )
            return redirect("password_change")
        return self.get_response(request)
