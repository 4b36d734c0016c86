"""Sound: files, sampling rates, spectra, MFCC, denoising, augmentation, speech; NumPy alone."""

from companion.preprocessing.audio.augmentation import (
    colored_noise,
    mix_at_snr,
    phase_vocoder,
    pitch_shift,
    spec_augment,
    time_shift,
    time_stretch,
)
from companion.preprocessing.audio.denoising import (
    denoise,
    leading_noise,
    quantile_noise,
    subtraction_gain,
    wiener_gain,
)
from companion.preprocessing.audio.intelligibility import stoi
from companion.preprocessing.audio.mel import (
    hz_to_mel,
    mel_filters,
    mel_spectrogram,
    mel_to_hz,
    power_to_db,
)
from companion.preprocessing.audio.mfcc import dct, delta, mfcc
from companion.preprocessing.audio.quality import segmental_signal_to_noise, signal_to_noise
from companion.preprocessing.audio.resampling import (
    interpolate,
    kaiser_sinc,
    resample,
    resample_poly,
)
from companion.preprocessing.audio.speech import SpeechUnavailableError, synthesize, variants
from companion.preprocessing.audio.stft import get_window, istft, stft
from companion.preprocessing.audio.wav import (
    Wav,
    WavError,
    decode_wav,
    encode_wav,
    read_wav,
    write_wav,
)

__all__ = [
    "SpeechUnavailableError",
    "Wav",
    "WavError",
    "colored_noise",
    "dct",
    "decode_wav",
    "delta",
    "denoise",
    "encode_wav",
    "get_window",
    "hz_to_mel",
    "interpolate",
    "istft",
    "kaiser_sinc",
    "leading_noise",
    "mel_filters",
    "mel_spectrogram",
    "mel_to_hz",
    "mfcc",
    "mix_at_snr",
    "phase_vocoder",
    "pitch_shift",
    "power_to_db",
    "quantile_noise",
    "read_wav",
    "resample",
    "resample_poly",
    "segmental_signal_to_noise",
    "signal_to_noise",
    "spec_augment",
    "stft",
    "stoi",
    "subtraction_gain",
    "synthesize",
    "time_shift",
    "time_stretch",
    "variants",
    "wiener_gain",
    "write_wav",
]
