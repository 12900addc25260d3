"""Row 91: what commands print. What servers write and answer is searched at the end of the run, with rows 92, 93 and 95."""

import pathlib

from ground import CANARY, require, row
from harness import files

HERE = pathlib.Path(__file__).resolve().parents[1]


@row(91, "explain, check and invoke print no value of a secret, whether from the environment, a file or a URL", seconds=60)
def commands(ground):
    folder = ground.folder() / "pipelines"
    folder.mkdir()
    for name, text in files((HERE / "pipelines.txt").read_text()).items():
        (folder / name).write_text(text)
    (folder / "url.yaml").write_text(
        "name: url\nroute: GET /url\nintegration: {type: HTTP, httpMethod: GET, uri: \"http://user:${CANARY_SECRET}@127.0.0.1:1/\", "
        "integrationResponses: [{statusCode: \"200\"}]}\n")
    environment = {"BACKEND": "http://127.0.0.1:1"}
    _, said, _ = ground.command("check", folder, environment=environment)
    require(CANARY not in said, f"check: {said}")
    (folder / "url.yaml").unlink()
    for arguments in (
        ["check", folder], ["check", "--json", folder], ["explain", "--pipelines", folder], ["explain", "--json", "--pipelines", folder],
        ["invoke", "a", "--pipelines", folder, "--answer", "200"], ["invoke", "a", "--pipelines", folder, "--answer", "200", "--json"],
        ["invoke", "a", "--pipelines", folder], ["invoke", "below-a", "--pipelines", folder, "--path", "/a/x", "--answer", "500"],
    ):
        status, said, _ = ground.command(*arguments, environment=environment)
        require(status in (0, 1) and said, f"{arguments[0]}: exit {status}")
        require(CANARY not in said, f"{arguments[0]} prints the secret: …{said[max(0, said.find(CANARY) - 100):][:200]}…")
