"""Text: cleaning, near-duplicates, segmentation, bags of words, subwords, augmentation."""

from companion.preprocessing.text.bag_of_words import CountVectorizer
from companion.preprocessing.text.byte_level_bpe import ByteLevelBPE
from companion.preprocessing.text.byte_pair_encoding import WordBPE, apply_merges, learn_merges
from companion.preprocessing.text.cleaning import clean, decode, remove_lines, repeated_lines
from companion.preprocessing.text.eda import (
    easy_data_augmentation,
    random_deletion,
    random_insertion,
    random_swap,
    synonym_replacement,
)
from companion.preprocessing.text.hidden_markov import CharacterTagger
from companion.preprocessing.text.min_hash import (
    MinHash,
    estimated_jaccard,
    jaccard,
    shingles,
    standard_error,
)
from companion.preprocessing.text.near_duplicates import (
    Pair,
    candidate_pairs,
    candidate_probability,
    choose_bands,
    first_of_each,
    near_duplicate_pairs,
)
from companion.preprocessing.text.pre_tokenization import basic_tokens, byte_alphabet, gpt2_words
from companion.preprocessing.text.segmentation import Segmenter
from companion.preprocessing.text.sparse import SparseRows
from companion.preprocessing.text.stop_words import (
    CHINESE,
    ENGLISH,
    ENGLISH_NEGATIONS,
    remove_stop_words,
)
from companion.preprocessing.text.tf_idf import TfidfTransformer, TfidfVectorizer
from companion.preprocessing.text.wordpiece import WordPiece

__all__ = [
    "CHINESE",
    "ENGLISH",
    "ENGLISH_NEGATIONS",
    "ByteLevelBPE",
    "CharacterTagger",
    "CountVectorizer",
    "MinHash",
    "Pair",
    "Segmenter",
    "SparseRows",
    "TfidfTransformer",
    "TfidfVectorizer",
    "WordBPE",
    "WordPiece",
    "apply_merges",
    "basic_tokens",
    "byte_alphabet",
    "candidate_pairs",
    "candidate_probability",
    "choose_bands",
    "clean",
    "decode",
    "easy_data_augmentation",
    "estimated_jaccard",
    "first_of_each",
    "gpt2_words",
    "jaccard",
    "learn_merges",
    "near_duplicate_pairs",
    "random_deletion",
    "random_insertion",
    "random_swap",
    "remove_lines",
    "remove_stop_words",
    "repeated_lines",
    "shingles",
    "standard_error",
    "synonym_replacement",
]
