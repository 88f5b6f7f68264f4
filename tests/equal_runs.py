"""Whether two runs came to the same end, for the tests of every article's runs."""


def assert_same_bits(directory, expected, results):
    """The files `results` are the same bytes, and the last checkpoint's arrays the same bits, but for the seconds."""
    for name in results:
        assert (directory.path / name).read_bytes() == (expected.path / name).read_bytes(), name
    for ours, theirs in zip(directory.load_checkpoint(), expected.load_checkpoint(), strict=True):
        assert ours.keys() == theirs.keys()
        for name in ours.keys() - {"seconds"}:
            assert ours[name].tobytes() == theirs[name].tobytes(), name
