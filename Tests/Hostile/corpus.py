"""Reads the data of this folder."""


def data(pieces):
    """The bytes that a list of texts, repetitions and ends describes."""
    for piece in pieces if isinstance(pieces, list) else [pieces]:
        if isinstance(piece, str):
            yield piece.encode("latin-1" if all(ord(letter) < 256 for letter in piece) else "utf-8")
        elif "repeat" in piece:
            unit, left = piece["repeat"].encode("latin-1"), piece["times"]
            batch = max(1, 65_536 // max(len(unit), 1))
            while left > 0:
                yield unit * min(batch, left)
                left -= batch
        else:
            yield piece
