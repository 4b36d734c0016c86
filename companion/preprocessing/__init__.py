"""From raw data to what a model takes in: collecting, text, images, audio and tables."""
