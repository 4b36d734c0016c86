"""The same function on many arguments: here, on several cores, or on a cluster."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


def parallel_map(
    function: Callable[..., Result], arguments: Iterable[tuple[Any, ...]], workers: int | str = 1
) -> list[Result]:
    """Return the function's values, in the order of the arguments.

    Parameters
    ----------
    function
        To call; on other processes a copy of it runs, so that what it changes is not seen here.
    arguments
        Those of each call.
    workers
        1: one after the other, in this process. More: that many processes, by joblib; -1 for one a
        core. A string: the address of a Dask scheduler, such as ``"tcp://10.0.0.1:8786"``.

    Returns
    -------
    list
        One value a call.

    Raises
    ------
    ValueError
        If `workers` is 0 or below -1.
    OSError
        If no scheduler answers at the address.
    """
    if isinstance(workers, str):
        from distributed import Client

        with Client(workers, set_as_default=False) as client:
            futures = [client.submit(function, *each, pure=False) for each in arguments]
            return list(client.gather(futures))
    if workers == 0 or workers < -1:
        raise ValueError(f"workers must be at least 1, -1 or an address, got {workers}")
    if workers == 1:
        return [function(*each) for each in arguments]
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=workers)(delayed(function)(*each) for each in arguments))
