"""A Pushgateway of the suite's own."""

import base64
import ssl
import urllib.request

import pages
from peers import Process, free_port, wait_for

# Of "secret", at the lowest cost.
BCRYPT = "$2b$04$MQNpQmlF.yaMvzm2WnCOp.8H5ei/2D34dXCXypccEMgYq3y0JPIIu"
USER = base64.b64encode(b"suite:secret").decode()


class Gateway:
    """With TLS, if there are `certificates`, of which it then wants the client's; and `password`."""

    def __init__(self, binary, folder, certificates=None, password=False):
        self.binary, self.folder, self.starts = binary, folder, 0
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"{'https' if certificates else 'http'}://{self.address}"
        self.config, self.context, self.headers = None, None, {}
        if certificates:
            self.config = folder / "web.yml"
            self.config.write_text(
                f"tls_server_config: {{cert_file: {certificates}/server.pem, key_file: {certificates}/server.key,"
                f" client_auth_type: RequireAndVerifyClientCert, client_ca_file: {certificates}/ca.pem}}\n"
                + (f"basic_auth_users: {{suite: {BCRYPT}}}\n" if password else "")
            )
            self.context = ssl.create_default_context(cafile=certificates / "ca.pem")
            self.context.load_cert_chain(certificates / "client.pem", certificates / "client.key")
            self.headers = {"Authorization": f"Basic {USER}"}
        self.start()

    def start(self):
        self.starts += 1
        command = [self.binary, f"--web.listen-address={self.address}", "--log.level=error"]
        if self.config:
            command.append(f"--web.config.file={self.config}")
        name = f"pushgateway-{self.address.rpartition(':')[2]}-{self.starts}"
        self.process = Process(name, command, self.folder / f"{name}.log")

        def ready():
            self.process.check()
            try:
                return self.page() is not None
            except OSError:
                return False

        wait_for(ready, "the Pushgateway")

    def page(self):
        request = urllib.request.Request(f"{self.url}/metrics", headers=self.headers)
        with urllib.request.urlopen(request, timeout=10, context=self.context) as answer:
            return answer.read().decode()

    def samples(self):
        """What was pushed."""
        own = ("go_", "process_", "promhttp_", "pushgateway_", "push_time_", "push_failure_time_")
        return {key: value for key, value in pages.samples(self.page()).items() if not key[0].startswith(own)}
