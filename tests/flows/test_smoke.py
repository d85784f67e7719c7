from payment_world import World, pay, payment_file


def test_exact_reference_settles(engine):
    world = World(engine)
    a = world.owe("1001", 10000)
    b = world.owe("1002", 20000, fee_ore=6000)
    c = world.owe("1003", 30000)
    x = world.receive(payment_file("bgmax", [pay(10000, "1001"), pay(26000, "1002"), pay(12000, "1003"), pay(77, "zzz")]))
    assert x.state == "posted", x
    assert world.open_ore(a) == 0
    assert world.open_ore(b) == 0
    assert world.open_ore(c) == 18000
    assert world.waiting() == [("suspended", "unknown_reference", 77)]
    assert world.account_balance("2990") == -77
    assert world.account_balance("1940") == 48077
    y = world.receive(payment_file("camt.054", [pay(10000, "1001"), pay(26000, "1002"), pay(12000, "1003"), pay(77, "zzz")]))
    assert y.state == "posted"
    assert y.summary["verdict"]["closed"] == {"same_day": 4}
    d = world.owe("zzz", 77)
    assert world.open_ore(d) == 0
    assert world.waiting() == []
