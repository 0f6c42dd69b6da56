from __future__ import annotations

from bot.adapters.content.segment_files import check_segment

BIG = "segment: big\nif: profile.team_size > 20\n"


def test_a_text_is_checked_as_its_file_would_be() -> None:
    assert check_segment("segments/big.yml", BIG, None).segment is not None
    (fault,) = check_segment("segments/small.yml", BIG, None).faults
    assert fault.place.path == "segments/small.yml"
    assert len(check_segment("segments/big.yml", "a: [", None).faults) == 1
