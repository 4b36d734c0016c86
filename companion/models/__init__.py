"""Keras architectures, one a module; they run on TensorFlow, JAX and PyTorch alike."""
