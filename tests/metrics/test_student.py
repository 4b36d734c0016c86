"""Student's t against SciPy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from companion.metrics import t_cdf, t_quantile

FREEDOMS = st.integers(1, 200)


@given(st.floats(-1e6, 1e6), FREEDOMS)
def test_t_cdf_equals_scipy(t, freedom):
    assert t_cdf(t, freedom) == pytest.approx(stats.t.cdf(t, freedom), abs=1e-12)


@given(st.floats(0.001, 0.999), FREEDOMS)
def test_t_quantile_equals_scipy(level, freedom):
    expected = stats.t.ppf(level, freedom)
    assert t_quantile(level, freedom) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.sampled_from([1e-12, 1e-9, 1 - 1e-9, 1 - 1e-12]), FREEDOMS)
def test_t_quantile_equals_scipy_near_the_ends(level, freedom):
    assert t_quantile(level, freedom) == pytest.approx(stats.t.ppf(level, freedom), rel=1e-3)


@given(st.floats(0.001, 0.999), FREEDOMS)
def test_t_quantile_inverts_t_cdf(level, freedom):
    assert t_cdf(t_quantile(level, freedom), freedom) == pytest.approx(level, abs=1e-13)


@pytest.mark.parametrize("freedom", [1_000, 99_999, 1_000_000])
def test_very_many_degrees_of_freedom_equal_scipy(freedom):
    assert t_cdf(1.3, freedom) == pytest.approx(stats.t.cdf(1.3, freedom), abs=1e-12)
    expected = stats.t.ppf(0.975, freedom)
    assert t_quantile(0.975, freedom) == pytest.approx(expected, rel=1e-9)


def test_t_quantile_has_the_values_of_the_tables():
    assert t_quantile(0.975, 4) == pytest.approx(2.776, abs=5e-4)
    assert t_quantile(0.975, 9) == pytest.approx(2.262, abs=5e-4)
    assert t_quantile(0.5, 7) == 0


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (t_cdf, (1.0, 0), "freedom must be a whole number of at least 1, got 0"),
        (t_cdf, (1.0, 2.5), "freedom"),
        (t_quantile, (1.0, 3), "level must be from 1e-12 to 1 - 1e-12, got 1.0"),
        (t_quantile, (1e-20, 5), "level must be from 1e-12 to 1 - 1e-12, got 1e-20"),
        (t_quantile, (float("nan"), 3), "level"),
        (t_quantile, (0.9, 0), "freedom"),
    ],
)
def test_bad_input_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)
