"""The table of recruitment services. A service is a class of its own in this folder; none imports another."""

from listening_tests.recruiter import Recruiter
from listening_tests.recruitment.open_link import OpenLink
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.url_parameters import UrlParameters

RECRUITERS: dict[str, type[Recruiter]] = {
    recruiter.slug(): recruiter
    for recruiter in (
        OpenLink,
        UrlParameters,
        Prolific,
    )
}
