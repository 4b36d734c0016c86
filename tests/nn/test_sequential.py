"""The network and its verbs: against Keras and PyTorch, on real and random data."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from companion import nn


def digits():
    x, y = load_digits(return_X_y=True)
    return (x / 16).astype(np.float32), y


def article_network(seed=0, **options):
    """The network of section 5.2."""
    return nn.Sequential(
        [
            nn.Input((28, 28, 1)),
            nn.Conv2D(32, (3, 3), activation="relu"),
            nn.MaxPooling2D((2, 2)),
            nn.Conv2D(64, (3, 3), activation="relu"),
            nn.MaxPooling2D((2, 2)),
            nn.Conv2D(64, (3, 3), activation="relu"),
            nn.Flatten(),
            nn.Dense(64, activation="relu"),
            nn.Dense(10),
        ],
        seed=seed,
        **options,
    )


def test_the_articles_network_has_its_parameters_and_operations():
    model = article_network()
    rows = model.summary()
    assert [row.parameters for row in rows] == [320, 0, 18_496, 0, 36_928, 0, 36_928, 650]
    assert rows.parameters == model.count_parameters() == 93_322
    assert [row.shape for row in rows][:6] == [
        *((26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 64), (576,))
    ]
    assert 32 * rows.flops == 32 * model.flops((28, 28, 1)) == 178_831_360
    assert "conv2d_2" in str(rows)
    assert "93,322" in str(rows)


def test_E01_flattened_images_are_refused_with_both_shapes():
    model = article_network()
    model.compile()
    with pytest.raises(ValueError, match=r"\(batch, 28, 28, 1\), got \(32, 784\)"):
        model.fit(np.zeros((64, 784), np.float32), np.zeros(64, int))


def test_digits_are_learnt_and_the_history_tells_it():
    x, y = digits()
    model = nn.Sequential([nn.Dense(64, "relu"), nn.Dense(10)], seed=0)
    model.compile(nn.Adam(0.005), "cross_entropy", ["accuracy"])
    history = model.fit(x[:1400], y[:1400], epochs=15, validation_data=(x[1400:], y[1400:]))
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 15 for values in history.values())
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    assert model.evaluate(x[1400:], y[1400:])["accuracy"] > 0.9
    assert model.evaluate(x[1400:], y[1400:])["accuracy"] == pytest.approx(
        history["val_accuracy"][-1]
    )


def test_one_seed_gives_one_network():
    x, y = digits()

    def trained(seed):
        model = nn.Sequential([nn.Dense(16, "tanh"), nn.Dropout(0.3), nn.Dense(10)], seed=seed)
        model.compile("adam", "cross_entropy")
        model.fit(x[:200], y[:200], epochs=2)
        return model.predict(x[:5])

    np.testing.assert_array_equal(trained(3), trained(3))
    assert not np.array_equal(trained(3), trained(4))


def test_a_step_equals_that_of_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 12)), rng.integers(0, 4, 50)
    model = nn.Sequential([nn.Input((12,)), nn.Dense(7, "tanh"), nn.Dense(4)], dtype="float64")
    model.compile(nn.Adam(0.01), "cross_entropy")
    twin = torch.nn.Sequential(
        torch.nn.Linear(12, 7), torch.nn.Tanh(), torch.nn.Linear(7, 4)
    ).double()
    with torch.no_grad():
        for theirs, ours in zip(twin.parameters(), model.parameters().values(), strict=True):
            theirs.copy_(torch.tensor(ours.value.T))
    optimizer = torch.optim.Adam(twin.parameters(), 0.01)
    for _ in range(20):
        logs = model.train_on_batch(x, y)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(twin(torch.tensor(x)), torch.tensor(y))
        loss.backward()
        optimizer.step()
        assert logs["loss"] == pytest.approx(loss.item(), rel=1e-10)
    with torch.no_grad():
        np.testing.assert_allclose(model.predict(x), twin(torch.tensor(x)).numpy(), rtol=1e-8)


def test_evaluation_does_not_depend_on_the_batch_size():
    x, y = digits()
    model = nn.Sequential([nn.Input((64,)), nn.Dense(10)])
    model.compile(metrics=["accuracy"])
    small, large = (model.evaluate(x, y, batch_size) for batch_size in (7, 10_000))
    assert small == pytest.approx(large, rel=1e-5)


def test_the_penalty_is_part_of_the_loss():
    x, y = digits()
    plain = nn.Sequential([nn.Input((64,)), nn.Dense(10)], seed=1)
    heavy = nn.Sequential([nn.Input((64,)), nn.Dense(10, regularizer=nn.L2(0.1))], seed=1)
    for model in (plain, heavy):
        model.compile()
    gap = heavy.evaluate(x, y)["loss"] - plain.evaluate(x, y)["loss"]
    kernel = heavy.weights()["layers.0.kernel"]
    assert gap == pytest.approx(0.1 * (kernel**2).sum(), rel=1e-4)


def test_validation_split_takes_the_last_examples_unshuffled():
    x = np.arange(10, dtype=np.float32).reshape(10, 1)
    model = nn.Sequential([nn.Input((1,)), nn.Dense(1)])
    model.compile(nn.SGD(1e-12), "mean_squared_error")
    history = model.fit(x, x, validation_split=0.2)
    assert history["val_loss"][0] == pytest.approx(model.evaluate(x[8:], x[8:])["loss"], rel=1e-4)


def test_early_stopping_goes_back_to_the_best_epoch():
    x, y = digits()
    model = nn.Sequential([nn.Dense(256, "relu"), nn.Dense(10)], seed=0)
    model.compile(nn.Adam(0.01), "cross_entropy")
    stopping = nn.EarlyStopping(patience=3)
    held = x[1000:], y[1000:]
    history = model.fit(x[:60], y[:60], epochs=300, validation_data=held, callbacks=[stopping])
    losses = history["val_loss"]
    assert len(losses) < 300
    assert stopping.best_epoch == int(np.argmin(losses)) == len(losses) - 4
    assert model.evaluate(*held)["loss"] == pytest.approx(min(losses), rel=1e-6)


def test_early_stopping_watches_an_accuracy_upwards():
    stopping = nn.EarlyStopping("val_accuracy", patience=2, restore_best=False)
    seen = [stopping(None, i, {"val_accuracy": a}) for i, a in enumerate([0.5, 0.7, 0.6, 0.65])]
    assert seen == [False, False, False, True]
    assert stopping.best_epoch == 1


def test_early_stopping_names_what_it_could_watch():
    with pytest.raises(ValueError, match=r"monitor must be one of loss, got 'val_loss'"):
        nn.EarlyStopping()(None, 0, {"loss": 1.0})
    with pytest.raises(ValueError, match="patience must be at least 1, got 0"):
        nn.EarlyStopping(patience=0)


def test_an_interruption_keeps_the_history():
    x, y = digits()
    model = nn.Sequential([nn.Dense(10)])
    model.compile()

    def interrupt(model, epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=5, callbacks=[interrupt])
    assert len(model.history["loss"]) == 2


def test_progress_writes_a_line_an_epoch(capsys):
    x, y = digits()
    model = nn.Sequential([nn.Dense(10)])
    model.compile(metrics=["accuracy"])
    model.fit(x[:100], y[:100], epochs=2, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2  loss ")
    assert "accuracy" in lines[1]


class Terminal:
    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_in_a_terminal_the_line_is_redrawn(monkeypatch):
    from companion.nn import progress

    now = iter(np.arange(0.0, 100.0, 0.2))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(now)))
    terminal = Terminal()
    bar = progress.Progress(1, 4, terminal)
    bar.begin(0)
    bar.step(2, 0.5)
    bar.end({"loss": 0.25})
    assert "██████████░░░░░░░░░░ 2/4  loss 0.5000" in terminal.text
    assert terminal.text.endswith("s\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"validation_split": 1.0}, r"validation_split must be in \[0, 1\), got 1.0"),
        ({"validation_split": 0.96}, "validation_split must leave examples to .*, got 0.96 of 20"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"y": np.zeros(3, int)}, "equally many examples, at least one; got 20 and 3"),
    ],
)
def test_bad_settings_are_named(change, message):
    model = nn.Sequential([nn.Dense(10)])
    model.compile()
    arguments = {"x": np.zeros((20, 4), np.float32), "y": np.zeros(20, int)} | change
    with pytest.raises(ValueError, match=message):
        model.fit(**arguments)


def test_what_was_forgotten_is_said():
    model = nn.Sequential([nn.Dense(3)])
    with pytest.raises(ValueError, match="not compiled yet"):
        model.fit(np.zeros((2, 2), np.float32), np.zeros(2, int))
    with pytest.raises(ValueError, match="not built yet"):
        model.summary()
    with pytest.raises(ValueError, match="not built yet"):
        model.predict(np.zeros((2, 2), np.float32))
    with pytest.raises(ValueError, match=r"optimizer must be one of .*adam.*, got 'adma'"):
        model.compile("adma")


def test_a_tuple_of_layers_is_a_network_and_no_layers_are_none():
    model = nn.Sequential((nn.Dense(3),))
    model.build((2,), model.rng)
    assert model.count_parameters() == 9
    with pytest.raises(ValueError, match="layers must hold at least one, got none"):
        nn.Sequential([])


def test_no_examples_give_no_predictions():
    model = nn.Sequential([nn.Input((4,)), nn.Dense(3)])
    assert model.predict(np.zeros((0, 4), np.float32)).shape == (0, 3)


def test_accuracy_takes_labels_and_rows():
    outputs = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    labels = np.array([1, 0, 0])
    assert nn.metrics.accuracy(labels, outputs) == pytest.approx(2 / 3)
    assert nn.metrics.accuracy(np.eye(2)[labels], outputs) == pytest.approx(2 / 3)
    assert nn.metrics.accuracy(labels[:, None], outputs) == pytest.approx(2 / 3)
    assert nn.metrics.binary_accuracy(np.array([1, 0]), np.array([[0.2], [0.1]])) == 0.5
    with pytest.raises(ValueError, match="an output for each class"):
        nn.metrics.accuracy(labels, outputs[:, :1])
    with pytest.raises(ValueError, match="do not fit"):
        nn.metrics.accuracy(labels[:2], outputs)
    with pytest.raises(ValueError, match=r"targets \(3,\) do not fit scores \(1, 1\)"):
        nn.metrics.binary_accuracy(labels, np.ones((1, 1)))
