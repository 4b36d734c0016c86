"""Words that stand in nearly every text: function words of English and Chinese, by their class.

Compiled for this book from the closed word classes of the two grammars; no list of another project
was copied. All words are in lower case and without an apostrophe.
"""

from collections.abc import Collection, Iterable

_NEGATIONS = (
    "no nor not never none nobody nothing nowhere neither cannot "
    # what is left of "don't" where a token has no apostrophe
    "don doesn didn isn aren wasn weren couldn wouldn shouldn haven hasn hadn ain"
)

ENGLISH_NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that turn a statement round; they are no part of `ENGLISH`."""

_ENGLISH_CLASSES = {
    "articles": "a an the",
    "pronouns": (
        "i me my mine myself you your yours yourself yourselves he him his himself she her hers "
        "herself it its itself we us our ours ourselves they them their theirs themselves one "
        "ones oneself who whom whose which what that this these those someone somebody something "
        "anyone anybody anything everyone everybody everything each other another such same own "
        "some any all both either many much more most few less several"
    ),
    "auxiliaries": (
        "be am is are was were been being have has had having do does did doing done will would "
        "shall should can could may might must ought"
    ),
    "prepositions": (
        "about above across after against along among around as at before behind below beneath "
        "beside besides between beyond by despite down during except for from in inside into near "
        "of off on onto out outside over past per since through throughout till to toward towards "
        "under underneath until up upon via with within without"
    ),
    "conjunctions": (
        "and or but if because although though while whereas unless whether so than then"
    ),
    "adverbs": (
        "again also already always almost away back else even ever here hence how however "
        "indeed just maybe often once only perhaps quite rather really still there therefore thus "
        "too very when whenever where wherever why yet"
    ),
}

ENGLISH = frozenset(word for words in _ENGLISH_CLASSES.values() for word in words.split())
"""English function words: articles, pronouns, auxiliaries, prepositions, conjunctions, adverbs."""

_CHINESE_CLASSES = {
    "particles": "的 地 得 了 着 过 吗 呢 吧 啊 呀 嘛 啦 哦 么 们 所 之 等 等等 似的 而已",
    "pronouns": (
        "我 你 您 他 她 它 我们 你们 他们 她们 它们 咱们 自己 大家 人家 这 那 这个 那个 这些 那些 "
        "这里 那里 这样 那样 这么 那么 此 该 其 某 某些 各 各种 每 每个 什么 谁 哪 哪个 哪些 哪里 "
        "怎么 怎样 如何 为什么 几 多少 一个 一些 一种 其他 其它 其中 另 另外"
    ),
    "prepositions": (
        "在 从 自 自从 到 向 往 朝 对 对于 关于 至于 把 被 将 让 给 为 为了 以 由 由于 于 按 按照 "
        "根据 通过 随着 比 跟 同 当 除了 用 因 沿着"
    ),
    "conjunctions": (
        "和 与 及 以及 或 或者 还是 并 并且 而 而且 但 但是 不过 然而 可是 虽然 尽管 因为 所以 "
        "因此 因而 于是 如果 假如 若 只要 只有 即使 既 既然 不但 不仅 无论 不管 那么 "
        "则 且 例如 比如 即"
    ),
    "auxiliaries": "是 有 能 能够 会 可 可以 可能 应 应该 应当 要 需 需要 必须 使 使得 进行",
    "adverbs": (
        "就 也 都 还 又 再 才 只 更 最 很 太 非常 十分 已 已经 曾 曾经 正 正在 将要 仍 仍然 总是 "
        "常常 通常 往往 一般 比较 较 越 尤其 特别 同时 一起 一直 刚刚 马上 其实 首先 然后 最后 此外"
    ),
}

CHINESE = frozenset(word for words in _CHINESE_CLASSES.values() for word in words.split())
"""Chinese function words: particles, pronouns, prepositions, conjunctions, auxiliaries, adverbs."""


def remove_stop_words(tokens: Iterable[str], stop_words: Collection[str] = ENGLISH) -> list[str]:
    """Return the tokens whose lower-case form is no stop word, in their order."""
    return [token for token in tokens if token.lower() not in stop_words]
