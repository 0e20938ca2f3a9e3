"""What a person types, pastes and chooses in the terminal, by tmux."""

import os
import re
import threading

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply


def test_a_question_is_told_as_the_settings_say(tmp_path):
    with AnthropicBackend(Reply(calls=[Call("write", {"path": "a", "content": "x"})])) as backend:
        agent = Agent(tmp_path, backend)
        agent.write(str(agent.home / ".config/hearth/settings.json"), '{"notifications": "osc9"}')
        with agent.terminal(term="xterm-256color") as terminal:
            terminal.wait_for("Ctrl-D")
            terminal.send("write it\r")
            terminal.wait_for("\x1b]9;Hearth has a question\x1b\\")


def test_suggestions_for_files_and_commands(started):
    agent, screen = started(Reply(text="Seen."), files={"src/deep/alpha_beta.py": "x = 1\n"})
    screen.type("/perm", enter=False)
    screen.wait_for("❯ /permissions")
    screen.keys("Enter")
    screen.wait_for("The permission mode is default.")
    screen.type("look at @albe", enter=False)
    screen.wait_for("❯ @src/deep/alpha_beta.py")
    screen.keys("Tab")
    screen.wait_for("> look at @src/deep/alpha_beta.py")
    screen.keys("Enter")
    screen.wait_for("Seen.")
    # The model has the file without asking for it.
    assert "x = 1" in text_of(agent.conversations()[-1][-1])


def test_a_command_of_the_person_runs_and_is_told(started):
    agent, screen = started(Reply(text="I see."))
    screen.type("!echo from the shell; exit 3")
    screen.wait_for("⎿ from the shell")
    screen.type("what was that?")
    screen.wait_for("I see.")
    said = text_of(agent.conversations()[-1][-1])
    assert "echo from the shell; exit 3" in said and "exit code 3" in said


def test_several_lines_history_and_pastes(started):
    agent, screen = started(Reply(text="Yes."))
    screen.type("first line\\")
    screen.type("second line", enter=False)
    screen.wait_for("second line")
    screen.keys("Enter")
    screen.wait_for("Yes.")
    assert text_of(agent.conversations()[-1][-1]).endswith("first line\nsecond line")
    screen.keys("Up")
    screen.until(lambda shown: shown.count("first line") == 2, "history")
    screen.keys("C-c")
    pasted = "\n".join(f"pasted {n}" for n in range(12))
    screen.type("see ", enter=False)
    screen.paste(pasted)
    screen.wait_for("> see [Pasted text #1: 12 lines]")
    screen.keys("Enter")
    screen.until(lambda _: len(agent.backend.seen) == 2, "the request")
    assert text_of(agent.conversations()[-1][-1]).endswith("see " + pasted)


def test_shift_tab_changes_the_mode(started):
    agent, screen = started(Reply(text="Noted."))
    screen.keys("BTab")
    screen.wait_for("scripted · acceptEdits")
    screen.keys("BTab")
    screen.wait_for("scripted · plan")
    screen.keys("BTab")
    screen.wait_for("scripted · default")
    screen.type("hello")
    screen.wait_for("Noted.")
    assert "mode is plan" in text_of(agent.conversations()[-1][-1])


def test_an_editor_writes_the_task(started, tmp_path, monkeypatch):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "%s and more" "$(cat "$1")" > "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    _, screen = started(Reply(text="Fine."))
    screen.type("begun", enter=False)
    screen.keys("C-g")
    screen.wait_for("> begun and more")


def test_vi_keys_by_the_settings(started):
    _, screen = started(Reply(text="Fine."), settings={"editorMode": "vim"})
    screen.wait_for("INSERT")
    screen.type("one two three", enter=False)
    screen.keys("Escape")
    screen.wait_for("NORMAL")
    screen.type("0dwA!", enter=False)
    screen.wait_for("> two three!")
    screen.wait_for("INSERT")


def test_a_question_does_not_take_the_keys_of_a_line_in_the_making(started):
    asked, typing = threading.Event(), threading.Event()

    def answer(_):
        asked.set()
        assert typing.wait(20)
        return Reply(calls=[Call("bash", {"command": "touch made"})])

    agent, screen = started(answer, Reply(text="The end."), Reply(text="Next."))
    screen.type("make it")
    assert asked.wait(20)
    screen.type("and then ", enter=False)
    typing.set()
    while "May this be done?" not in screen.shown():
        screen.type(".", enter=False)
    screen.type("yay", enter=False)
    screen.keys("Enter")
    assert "May this be done?" in screen.shown()
    assert not (agent.work / "made").exists()
    screen.keys("Down", "Down", "Enter")
    screen.wait_for("Next.")
    assert not (agent.work / "made").exists()
    assert re.search(r"and then \.+yay$", text_of(agent.conversations()[-1][-1]))


def test_an_image_in_the_clipboard_is_pasted(tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in {"wl-paste": "echo no image here; exit 1",
                         "xclip": r"printf '\211PNG\r\n'"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    with AnthropicBackend(Reply(text="Seen.")) as backend:
        agent = Agent(tmp_path, backend)
        with agent.screen() as screen:
            screen.wait_for("Ctrl-D")
            screen.keys("C-v")
            screen.wait_for(".png")
            screen.type("what is it?")
            screen.wait_for("Seen.")
        content = agent.conversations()[-1][-1]["content"]
    assert "image" in [block["type"] for block in content]
    assert not list(agent.work.iterdir())


def test_an_image_that_is_dropped_on_the_terminal_is_named(started, tmp_path):
    image = tmp_path / "a shot.png"
    image.write_bytes(b"\x89PNG")
    agent, screen = started(Reply(text="Seen."))
    screen.paste(str(image).replace(" ", "\\ "))
    screen.wait_for(f'@"{image}"')
    screen.type("what is it?")
    screen.wait_for("Seen.")
    assert "image" in [block["type"] for block in agent.conversations()[-1][-1]["content"]]
