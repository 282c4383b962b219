"""How the Speech Commands layout names and divides recordings. No PyTorch here: the synthesiser's process reads it."""

from enum import StrEnum

TAKE_MARK = "_nohash_"


class Split(StrEnum):
    TRAINING = "training"
    VALIDATION = "validation"
    TESTING = "testing"


# Whatever is in neither list trains.
LIST_NAMES = {Split.TESTING: "testing_list.txt", Split.VALIDATION: "validation_list.txt"}
