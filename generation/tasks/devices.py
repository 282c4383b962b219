"""Telling a lost device from a mistake."""

from functools import wraps

from generation.work import DeviceIsLost, Handler, Outcome, Work


def names_lost_device(handler: Handler) -> Handler:
    """Have a handler raise DeviceIsLost where the accelerator fails it, and everything else as it comes."""

    @wraps(handler)
    def handle(work: Work) -> Outcome:
        from generation.engine.devices import is_lost

        try:
            return handler(work)
        except RuntimeError as error:
            if not is_lost(error):
                raise
            raise DeviceIsLost(
                f"The device was lost while this was computed ({str(error).splitlines()[0]}). Nothing of it is kept: "
                "see that the device answers again (nvidia-smi, say), then retry the job."
            ) from error

    return handle
