"""What all tests share."""

from hypothesis import settings

# A busy machine is not a failure.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
