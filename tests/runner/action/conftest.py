"""A server of actions: a folder of bare repositories, which headway.yaml names as the mirror."""

import os
import subprocess
import textwrap

import pytest

WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Server:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()

    def bare(self, slug):
        return self.folder / f"{slug}.git"

    def git(self, *arguments, cwd=None, text=None):
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env={**os.environ, **WHO},
            check=True,
            capture_output=True,
            input=text,
        )
        return done.stdout.decode().strip()

    def publish(self, slug, files, tag="v1"):
        """Commits the files to main and lets the tag name that commit; the commit."""
        bare = self.bare(slug)
        if not bare.exists():
            self.git("init", "-q", "--bare", "-b", "main", str(bare))
        work = self.folder.parent / "publishing" / slug
        if not work.exists():
            self.git("clone", "-q", str(bare), str(work))
        for name, content in files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(content).lstrip("\n"))
        self.git("add", "-A", cwd=work)
        self.git("commit", "-qm", "work", "--allow-empty", cwd=work)
        self.git("push", "-q", "origin", "HEAD:refs/heads/main", cwd=work)
        if tag:
            self.git("tag", "-f", "-a", "-m", "released", tag, cwd=work)
            self.git("push", "-q", "-f", "origin", f"refs/tags/{tag}", cwd=work)
        return self.git("rev-parse", "HEAD", cwd=work)

    def composite(self, slug, *steps, inputs="{}", outputs="{}", path="", tag="v1"):
        body = "".join(f"    - {line}\n" for line in steps)
        head = f"name: x\ninputs: {inputs}\noutputs: {outputs}\n"
        text = f"{head}runs:\n  using: composite\n  steps:\n{body}"
        return self.publish(slug, {os.path.join(path, "action.yml"): text}, tag)


@pytest.fixture
def server(tmp_path, project):
    made = Server(tmp_path / "server")
    project.write("headway.yaml", f"actions:\n  mirror:\n    github.com: {made.folder}\n")
    return made


@pytest.fixture
def serve_with_token():
    """Serves a folder of repositories over HTTP to those who have a token."""
    import base64
    import http.server
    import secrets
    import threading

    running = []
    token = secrets.token_hex(16)
    encoded = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    backend = subprocess.run(["git", "--exec-path"], capture_output=True, text=True).stdout.strip()

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            if self.headers.get("Authorization") != f"Basic {encoded}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            done = subprocess.run(
                [f"{backend}/git-http-backend"],
                input=body,
                capture_output=True,
                env={
                    "GIT_PROJECT_ROOT": str(self.server.folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "PATH_INFO": path.replace("/info", ".git/info", 1)
                    if "/info" in path
                    else path.replace("/git-upload", ".git/git-upload", 1),
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                    "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
                    "PATH": os.environ["PATH"],
                },
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            self.send_response(200)
            for line in head.decode().split("\r\n"):
                name, _, value = line.partition(": ")
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    def serve(folder):
        httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        httpd.folder = folder
        running.append(httpd)
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{httpd.server_address[1]}", token

    serve.encoded = encoded
    yield serve
    for httpd in running:
        httpd.shutdown()
        httpd.server_close()
