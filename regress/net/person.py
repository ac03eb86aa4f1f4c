# Somebody at a terminal, who runs a script and answers each question for a
# passphrase.  usage: person.py SCRIPT
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp("sh", ["sh", sys.argv[1]])
seen = b""
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
    seen += data
    if seen.endswith(b": "):
        os.write(fd, b"correct horse\n")
        seen = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
