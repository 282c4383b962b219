"""The table of test methods, one line each."""

from listening_tests.method import Method
from listening_tests.methods.acr import ACR
from listening_tests.methods.class_identification import CLASS_IDENTIFICATION

METHODS: dict[str, Method] = {
    method.slug: method
    for method in (
        ACR,
        CLASS_IDENTIFICATION,
    )
}


def method_choices() -> list[tuple[str, str]]:
    return [(method.slug, method.title) for method in METHODS.values()]
