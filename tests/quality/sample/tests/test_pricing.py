import pytest

from shop.pricing import Cart, discount


@pytest.mark.parametrize(
    ("total", "expected"), [(1_000, 1_000), (6_000, 5_400), (20_000, 17_000)]
)
def test_gold(total, expected):
    assert discount(total, "gold", None, "tue") == expected


class TestCart:
    def test_total(self):
        cart = Cart()
        cart.add("tea", 250, 2)
        assert cart.total() == 500

    def test_planted_failure(self):
        cart = Cart()
        cart.add("tea", 250)
        assert cart.total() == 500, "planted <failure> & \"quotes\""

    @pytest.mark.skip(reason="planted: waits for the new tax table")
    def test_tax(self):
        raise AssertionError

    @pytest.mark.xfail(reason="planted: known bug", strict=True)
    def test_negative(self):
        Cart().add("tea", -1, 0)
