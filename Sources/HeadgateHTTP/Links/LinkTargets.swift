import Headgate
import NIOCore

/// The targets that a definition means: at once, and once its names are resolved.
enum LinkTargets {
    /// Before anything is resolved: addresses as they are, and names as names.
    static func initial(_ definition: LinkDefinition) -> [LinkTarget] {
        definition.targets.map { target in
            switch target.address {
            case .uri:
                return LinkTarget(.uri, name: "uri", host: "", weight: 1)
            case .socket(let path):
                // A path that is too long was refused when the file was read.
                guard let address = try? SocketAddress(unixDomainSocketPath: path) else {
                    return unresolved(path, 0, target)
                }
                return LinkTarget(.socket(address), name: target.description, host: "localhost", weight: target.weight)
            case .host(let host, let port):
                guard let address = try? SocketAddress(ipAddress: host, port: port) else {
                    return unresolved(host, port, target)
                }
                return LinkTarget(
                    .socket(address),
                    name: target.description,
                    host: authority(host, port),
                    weight: target.weight,
                )
            }
        }
    }

    private static func unresolved(_ host: String, _ port: Int, _ target: LinkTargetDefinition) -> LinkTarget {
        LinkTarget(
            .name(host, port: port),
            name: target.description,
            host: authority(host, port),
            weight: target.weight,
        )
    }

    static func authority(_ host: String, _ port: Int) -> String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    /// The names that have to be resolved; none where a proxy does it.
    static func names(_ definition: LinkDefinition) -> [(host: String, port: Int)] {
        if definition.route.proxy != nil { return [] }
        return definition.targets.compactMap { target in
            guard case .host(let host, let port) = target.address,
                (try? SocketAddress(ipAddress: host, port: port)) == nil
            else {
                return nil
            }
            return (host, port)
        }
    }

    /// The targets with what names lead to now. Whatever was there before stays the same object.
    /// - Parameter addresses: by name; those of a name that could not be resolved are nil, and the last known ones remain.
    static func resolved(
        _ definition: LinkDefinition,
        _ addresses: [String: [SocketAddress]],
        before: [LinkTarget],
    ) -> [LinkTarget] {
        var targets: [LinkTarget] = []
        for (target, initial) in zip(definition.targets, initial(definition)) {
            guard case .name(let host, let port) = initial.address else {
                targets.append(before.first { $0.address == initial.address } ?? initial)
                continue
            }
            guard let found = addresses[host], !found.isEmpty else {
                targets += before.filter { $0.host == initial.host }
                continue
            }
            var seen: [LinkTarget.Address] = []
            for var address in found {
                address.port = port
                guard let numeric = address.ipAddress, !seen.contains(.socket(address)) else { continue }
                seen.append(.socket(address))
                targets.append(
                    before.first { $0.address == .socket(address) && $0.host == initial.host }
                        ?? LinkTarget(
                            .socket(address),
                            name: "\(target.description) (\(numeric))",
                            host: initial.host,
                            weight: target.weight,
                        )
                )
            }
        }
        return targets
    }
}
