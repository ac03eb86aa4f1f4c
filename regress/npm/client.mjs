// SPDX-License-Identifier: ISC
// The calls with the real client of the Connect protocol.  Prints "ok NAME" or
// "FAIL NAME: WHY" for each look.
// usage: client.mjs URL DIRECTORY-OF-CERTIFICATES

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport }
    from "@connectrpc/connect-node";
import { AdminService } from "./service.mjs";

const [url, pki] = process.argv.slice(2);
let fails = 0;

function as(who, options) {
	return createClient(AdminService, createConnectTransport({
		baseUrl: url, httpVersion: "1.1", useBinaryFormat: false,
		nodeOptions: {
			ca: readFileSync(`${pki}/ca.crt`),
			cert: readFileSync(`${pki}/${who}.crt`),
			key: readFileSync(`${pki}/${who}.key`),
		},
		...options,
	}));
}

function is(name, got, want) {
	if (isDeepStrictEqual(got, want)) {
		console.log(`ok npm: ${name}`);
		return;
	}
	fails++;
	console.log(`FAIL npm: ${name}: got ${JSON.stringify(got)}, not ` +
	    JSON.stringify(want));
}

// The call is refused with this code, and words.
async function no(name, code, words, promise) {
	try {
		await promise;
		is(name, "an answer", Code[code]);
	} catch (e) {
		const err = ConnectError.from(e);
		is(name, Code[err.code], Code[code]);
		is(`${name}: the message`,
		    words.test(err.rawMessage) || err.rawMessage, true);
	}
}

const admin = as("admin"), noc = as("noc"), spy = as("spy");
const root = as("root"), dev = as("dev");
const tenantId = "acme";

// --- networks ---
const { network } = await admin.createWireGuardNetwork({
	tenantId, name: "office", subnetCidr: "10.30.0.0/24", listenPort: 51830,
}, { headers: { "X-Tenant-ID": "acme" } });
is("CreateWireGuardNetwork", [network.tenantId, network.name,
	network.subnetCidr, network.listenPort],
    ["acme", "office", "10.30.0.0/24", 51830]);
is("a time that is one", network.createdAt.seconds > 1700000000n, true);
const networkId = network.id;
is("GetWireGuardNetwork",
    (await dev.getWireGuardNetwork({ tenantId, networkId })).network.name,
    "office");
is("ListWireGuardNetworks", (await noc.listWireGuardNetworks({ tenantId }))
	.networks.map((n) => n.name).includes("office"), true);
const plain = await admin.createWireGuardNetwork({ name: "plain" });
is("port 0 is the default one", plain.network.listenPort, 51820);
await no("a name that is taken", Code.AlreadyExists, /has a mesh office/,
    admin.createWireGuardNetwork({ tenantId, name: "office" }));
await no("a /31", Code.InvalidArgument, /\/16 to \/30/,
    admin.createWireGuardNetwork({ name: "x", subnetCidr: "10.1.0.0/31" }));
await no("no role for that", Code.PermissionDenied, /role/,
    noc.createWireGuardNetwork({ tenantId, name: "x" }));
await no("another tenant's network", Code.NotFound, /no such mesh|has no mesh/,
    spy.getWireGuardNetwork({ networkId }));
await no("another tenant", Code.NotFound, /no such tenant/,
    spy.listWireGuardNetworks({ tenantId }));
await no("nobody", Code.Unauthenticated, /rule|identity/,
    as("stranger").listWireGuardNetworks({}));

// --- groups and peers ---
const enrolled = await admin.enrollGroupInNetwork({
	tenantId, name: "fleet", groupId: "production",
});
is("EnrollGroupInNetwork", [enrolled.enrolledCount, enrolled.deviceCount],
    [3, 3]);
const added = await noc.addDeviceToNetwork({ tenantId, networkId,
	deviceId: "d1" });
is("AddDeviceToNetwork", [added.peer.deviceId, added.peer.allocatedIp,
	added.peer.state, added.peer.networkId],
    ["d1", "10.30.0.1", "invited", networkId]);
await noc.addDeviceToNetwork({ networkId, deviceId: "d2" });
await noc.addDeviceToNetwork({ networkId, deviceId: "r1" });
is("ListWireGuardPeers", (await dev.listWireGuardPeers({ networkId }))
	.peers.map((p) => p.deviceId), ["d1", "d2", "r1"]);
const gate = await noc.setPeerRole({ tenantId, networkId, deviceId: "d2",
	isEgressGateway: true, egressSubnets: ["192.168.77.0/24"] });
is("SetPeerRole", [gate.peer.isEgressGateway, gate.peer.egressSubnets],
    [true, ["192.168.77.0/24"]]);
await no("a relay that nobody reaches", Code.FailedPrecondition, /endpoint/,
    noc.setPeerRole({ networkId, deviceId: "d1", isRelay: true }));

// --- relays of the platform ---
is("CreatePlatformRelay",
    (await root.createPlatformRelay({ name: "hop" })).relay.name, "hop");
is("ListPlatformRelays", (await root.listPlatformRelays({}))
	.relays.map((r) => r.id), ["hop"]);
await no("for the platform's administrator", Code.PermissionDenied, /role/,
    admin.listPlatformRelays({}));
const hop = await root.assignPlatformRelayToNetwork({ relayId: "hop",
	tenantId, networkId });
is("AssignPlatformRelayToNetwork", [hop.peer.deviceId, hop.peer.isRelay],
    ["relay", true]);
const via = await noc.assignRelay({ networkId, peerDeviceId: "d1",
	relayDeviceId: "relay" });
is("AssignRelay", via.peer.relayDeviceId, "relay");
is("RemoveRelayAssignment", (await noc.removeRelayAssignment({ networkId,
	peerDeviceId: "d1" })).peer.relayDeviceId, "");
await no("a relay in use", Code.FailedPrecondition, /assigned/,
    root.deletePlatformRelay({ relayId: "hop" }));
await root.removePlatformRelayFromNetwork({ relayId: "hop", networkId });
await root.deletePlatformRelay({ relayId: "hop" });
is("the two that remove it", (await root.listPlatformRelays({})).relays, []);

// --- what goes away ---
await noc.removeDeviceFromNetwork({ networkId, deviceId: "d1" });
is("RemoveDeviceFromNetwork", (await dev.listWireGuardPeers({ networkId }))
	.peers.map((p) => p.deviceId), ["d2", "r1"]);
await admin.deleteWireGuardNetwork({ tenantId, networkId });
await no("DeleteWireGuardNetwork", Code.NotFound, /mesh/,
    admin.getWireGuardNetwork({ networkId }));
await admin.deleteWireGuardNetwork({ networkId: plain.network.id });
await admin.deleteWireGuardNetwork({ networkId: enrolled.network.id });

// --- the protocol ---
is("a time that suffices", (await admin.listWireGuardNetworks({},
    { timeoutMs: 60000 })).networks.length > 0, true);
await no("a call that is none", Code.Unimplemented, /no such call/,
    admin.noSuchCall({}));
await no("gzip", Code.Unimplemented, /compressed/, as("admin", {
	sendCompression: compressionGzip, compressMinBytes: 0,
}).listWireGuardNetworks({ tenantId }));
await no("the binary form", Code.Unimplemented, /application\/json/,
    as("admin", { useBinaryFormat: true }).listWireGuardNetworks({}));
await no("GET", Code.Unimplemented, /POST/, as("admin", { useHttpGet: true })
	.getWireGuardNetwork({ networkId }));
process.exit(fails > 0 ? 1 : 0);
