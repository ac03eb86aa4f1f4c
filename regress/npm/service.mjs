// SPDX-License-Identifier: ISC
// The calls of umoo's WireGuard plugin as a description for @bufbuild/protobuf,
// made here, as the original's .proto files are not public.

import { createFileRegistry, create } from "@bufbuild/protobuf";
import {
	FileDescriptorProtoSchema, FileDescriptorSetSchema,
	file_google_protobuf_timestamp,
} from "@bufbuild/protobuf/wkt";

const types = { s: 9, b: 8, i: 5, u: 13, m: 11 };
const NO_SIDE_EFFECTS = 1;

// NAME:TYPE, with a * behind it for a list; m=NAME is a message.
const messages = {
	Network: "id:s tenant_id:s name:s subnet_cidr:s subnet_cidr6:s " +
	    "group_id:s listen_port:i peer_count:u enrolling:b created_at:m=T",
	Peer: "id:s tenant_id:s network_id:s device_id:s public_key:s " +
	    "allocated_ip:s allocated_ip6:s endpoint:s is_relay:b " +
	    "is_egress_gateway:b egress_subnets:s* relay_device_id:s state:s " +
	    "last_handshake_at:m=T created_at:m=T",
	Relay: "id:s name:s network_count:u created_at:m=T",
	Create: "tenant_id:s name:s subnet_cidr:s group_id:s listen_port:i",
	OfNetwork: "tenant_id:s network_id:s",
	OfTenant: "tenant_id:s",
	OfDevice: "tenant_id:s network_id:s device_id:s",
	Role: "tenant_id:s network_id:s device_id:s is_relay:b " +
	    "is_egress_gateway:b egress_subnets:s*",
	Via: "tenant_id:s network_id:s peer_device_id:s relay_device_id:s",
	NewRelay: "name:s",
	OfRelay: "relay_id:s",
	RelayOf: "relay_id:s tenant_id:s network_id:s",
	Nothing: "",
	OneNetwork: "network:m=Network",
	Enrolled: "network:m=Network enrolled_count:u device_count:u",
	Networks: "networks:m=Network*",
	OnePeer: "peer:m=Peer",
	Peers: "peers:m=Peer*",
	OneRelay: "relay:m=Relay",
	Relays: "relays:m=Relay*",
};

const methods = [
	["CreateWireGuardNetwork", "Create", "OneNetwork"],
	["GetWireGuardNetwork", "OfNetwork", "OneNetwork"],
	["ListWireGuardNetworks", "OfTenant", "Networks"],
	["DeleteWireGuardNetwork", "OfNetwork", "Nothing"],
	["EnrollGroupInNetwork", "Create", "Enrolled"],
	["AddDeviceToNetwork", "OfDevice", "OnePeer"],
	["RemoveDeviceFromNetwork", "OfDevice", "Nothing"],
	["ListWireGuardPeers", "OfNetwork", "Peers"],
	["SetPeerRole", "Role", "OnePeer"],
	["AssignRelay", "Via", "OnePeer"],
	["RemoveRelayAssignment", "Via", "OnePeer"],
	["CreatePlatformRelay", "NewRelay", "OneRelay"],
	["ListPlatformRelays", "Nothing", "Relays"],
	["DeletePlatformRelay", "OfRelay", "Nothing"],
	["AssignPlatformRelayToNetwork", "RelayOf", "OnePeer"],
	["RemovePlatformRelayFromNetwork", "RelayOf", "Nothing"],
	["NoSuchCall", "Nothing", "Nothing"],
];

function field(text, i) {
	const [name, type] = text.split(":");
	const kind = type.replace("*", "");
	const of = kind.slice(2);
	return {
		name, number: i + 1, type: types[kind[0]],
		label: type.endsWith("*") ? 3 : 1,
		jsonName: name.replace(/_(.)/g, (_, c) => c.toUpperCase()),
		typeName: kind[0] !== "m" ? "" :
		    of === "T" ? ".google.protobuf.Timestamp" : ".umoo." + of,
	};
}

const file = create(FileDescriptorProtoSchema, {
	name: "umoo.proto", package: "umoo", syntax: "proto3",
	dependency: ["google/protobuf/timestamp.proto"],
	messageType: Object.entries(messages).map(([name, fields]) => ({
		name, field: fields.split(" ").filter((f) => f).map(field),
	})),
	service: [{
		name: "AdminService",
		method: methods.map(([name, from, to]) => ({
			name, inputType: ".umoo." + from, outputType: ".umoo." + to,
			options: name.startsWith("Get") ?
			    { idempotencyLevel: NO_SIDE_EFFECTS } : undefined,
		})),
	}],
});

export const AdminService = createFileRegistry(create(FileDescriptorSetSchema,
    { file: [file_google_protobuf_timestamp.proto, file] }))
	.getService("umoo.AdminService");
