"""A hidden Markov model of the places of characters in words, and its most probable path."""

from collections.abc import Mapping

_STATES = "BMES"
_B, _M, _E, _S = range(4)
_LEAST = -3.14e100  # jieba's logarithm of the probability 0
_NEVER = (_LEAST,) * 4


class CharacterTagger:
    r"""Tag characters as beginning, middle or end of a word, or a word by themselves.

    Of all sequences of states :math:`s` for the characters :math:`c` the one of the greatest
    probability :math:`\pi_{s_1} b_{s_1}(c_1) \prod_t a_{s_{t-1} s_t} b_{s_t}(c_t)` is found by
    Viterbi's recursion

    .. math::

        \delta_1(s) = \log \pi_s + \log b_s(c_1), \qquad
        \delta_t(s) = \max_{s'} \bigl(\delta_{t-1}(s') + \log a_{s' s}\bigr) + \log b_s(c_t)

    Only eight of the sixteen transitions occur in words, and the last state is E or S.
    L. R. Rabiner, "A tutorial on hidden Markov models", Proceedings of the IEEE 77(2), 1989,
    section III.B.

    Parameters
    ----------
    start
        :math:`\log \pi_s` by state: "B", "M", "E", "S".
    transition
        :math:`\log a_{s' s}` by state and next state; what lacks does not occur.
    emission
        :math:`\log b_s(c)` by state and character; what lacks does not occur.

    Raises
    ------
    ValueError
        If the states are not B, M, E and S.
    """

    def __init__(
        self,
        start: Mapping[str, float],
        transition: Mapping[str, Mapping[str, float]],
        emission: Mapping[str, Mapping[str, float]],
    ) -> None:
        for name, table in (("start", start), ("transition", transition), ("emission", emission)):
            if set(table) != set(_STATES):
                raise ValueError(f"{name} must have the states B, M, E, S, got {sorted(table)}")
        self._start = [start[state] for state in _STATES]
        self._transition = [
            transition[before].get(after, _LEAST)
            for before, after in ("EB", "SB", "BM", "MM", "BE", "ME", "ES", "SS")
        ]
        # For each character that occurs, its four values side by side: one look-up instead of four.
        of_b, of_m, of_e, of_s = (emission[state].get for state in _STATES)
        self._emission = {
            c: (of_b(c, _LEAST), of_m(c, _LEAST), of_e(c, _LEAST), of_s(c, _LEAST))
            for c in set[str]().union(*emission.values())
        }

    def scores(
        self, text: str
    ) -> tuple[list[tuple[float, float, float, float]], list[tuple[int, int, int, int]]]:
        """Run Viterbi's recursion.

        Parameters
        ----------
        text
            At least one character.

        Returns
        -------
        scores : list of tuple
            For each character, δ of the states B, M, E, S.
        before : list of tuple
            For each character but the first and each state, the best state before, by its place
            in "BMES".

        Raises
        ------
        ValueError
            If `text` is empty.
        """
        if not text:
            raise ValueError("text must not be empty, got ''")
        eb, sb, bm, mm, be, me, es, ss = self._transition
        initial, emitted = self._start, self._emission.get(text[0], _NEVER)
        b, m, e, s = (initial[i] + emitted[i] for i in range(4))
        scores, before = [(b, m, e, s)], []
        for character in text[1:]:
            to_b, to_m, to_e, to_s = self._emission.get(character, _NEVER)
            e_b, s_b = e + eb + to_b, s + sb + to_b
            b_m, m_m = b + bm + to_m, m + mm + to_m
            b_e, m_e = b + be + to_e, m + me + to_e
            e_s, s_s = e + es + to_s, s + ss + to_s
            # Of two states that are equally good jieba takes the one later in the alphabet.
            before.append(
                (
                    _E if e_b > s_b else _S,
                    _B if b_m > m_m else _M,
                    _B if b_e > m_e else _M,
                    _E if e_s > s_s else _S,
                )
            )
            b, m, e, s = max(e_b, s_b), max(b_m, m_m), max(b_e, m_e), max(e_s, s_s)
            scores.append((b, m, e, s))
        return scores, before

    def tag(self, text: str) -> str:
        """Return the most probable states of the characters of a text.

        Parameters
        ----------
        text
            Chinese characters.

        Returns
        -------
        str
            A letter B, M, E or S a character.
        """
        if not text:
            return ""
        scores, before = self.scores(text)
        state = _E if scores[-1][_E] > scores[-1][_S] else _S
        path = [state]
        for best in reversed(before):
            state = best[state]
            path.append(state)
        return "".join(_STATES[state] for state in reversed(path))

    def cut(self, text: str) -> list[str]:
        """Cut a text behind each character that ends a word.

        Parameters
        ----------
        text
            Chinese characters.

        Returns
        -------
        list of str
            Words; joined they are the text again.
        """
        words, start = [], 0
        for end, state in enumerate(self.tag(text), 1):
            if state in "ES":
                words.append(text[start:end])
                start = end
        return words
