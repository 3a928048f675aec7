"""Import and export name their server by its address, or as the configuration does."""

from desk import a_topic


def test_a_server_of_the_configuration_is_named_by_remote(desk):
    desk.set_up()
    archive = desk.save("one.bcf", a_topic(1, "A"))
    desk.do("import", "--remote", "server", "--project", desk.project, archive)
    assert "A" in desk.topics()
    desk.do("export", "--remote", "server", "--project", desk.project, desk.folder / "out.bcf")
    assert (desk.folder / "out.bcf").exists()


def test_a_name_that_is_not_there_names_the_nearest(desk):
    desk.set_up()
    said = desk.run("export", "--remote", "sever", "--project", desk.project, "out.bcf").explained(2)
    assert "there is no server 'sever'" in said
    assert "server" in said.partition("hint")[2]


def test_an_address_and_a_name_are_too_much_and_neither_too_little(desk):
    desk.set_up()
    both = ("--url", desk.server.url, "--remote", "server")
    for words, said in ((both, "two servers are named"), ((), "which server is not said")):
        explained = desk.run("export", *words, "--project", desk.project, "out.bcf").explained(2)
        assert said in explained
        assert "--url" in explained
