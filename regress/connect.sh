# A suite for the calls of umoo's plugin: two tenants, an identity for each
# role, and groups.  Source it behind suite.sh.

CONNECT=https://127.0.0.1:8444/umoo.AdminService

connect_start() {
	[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
	pki_init
	RULES='
	{ pattern = "root"; role = "super_admin"; },
	{ pattern = "admin"; role = "tenant_admin"; tenant = "acme"; },
	{ pattern = "noc"; role = "operator"; tenant = "acme"; },
	{ pattern = "spy"; role = "tenant_admin"; tenant = "other"; },
	{ pattern = "watch"; role = "monitor"; network = "devices"; },
	{ pattern = "dev-([0-9]+)"; role = "device"; tenant = "acme"; }'
	LISTEN_MORE=', { address = "[::]:8444"; api = [ "connect", "mesh" ];
	prefix = "/umoo.AdminService/";
	tls: { certificate = "'$PKI'/server.crt"; key = "'$PKI'/server.key";
	       client_ca = "'$PKI'/ca.crt"; }; }'
	suite_conf
	suite_start
	for connect_i in root admin noc spy watch stranger; do
		cert $connect_i $connect_i
	done
	cert dev dev-1
	check "a tenant" ctl tenant add acme mesh on
	check "another one" ctl tenant add other mesh on range 10.7.0.0/23
	check "one without a mesh" ctl tenant add quiet
	check "a network of each" eval \
	    'ctl network add acme:base && ctl network add other:base'
	for connect_i in 1 2 3; do
		check "device $connect_i of a group" ctl group add production \
		    g$connect_i tenant acme
	done
}
