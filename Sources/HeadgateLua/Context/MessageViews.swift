import CLua
import Headgate

/// `ctx.request`: what the client sent.
enum RequestView {
    private enum Property: UInt32 {
        case method, path, rawPath, rawQuery, host, scheme, clientAddress, identifier, parameters, protocolVersion
    }

    static let view = ContextViews.Class(
        kind: .request,
        name: "ctx.request",
        members: [
            .child("headers", .headers, .request),
            .child("query", .query, .request),
            .child("body", .body, .request),
            .property("method", Property.method.rawValue),
            .property("path", Property.path.rawValue),
            .property("raw_path", Property.rawPath.rawValue),
            .property("raw_query", Property.rawQuery.rawValue),
            .property("params", Property.parameters.rawValue),
            .property("host", Property.host.rawValue),
            .property("scheme", Property.scheme.rawValue),
            .property("client_ip", Property.clientAddress.rawValue),
            .property("protocol", Property.protocolVersion.rawValue),
            .property("id", Property.identifier.rawValue),
        ],
        get: get,
    )

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let exchange = call.exchange
            switch Property(rawValue: call.member) {
            case .method: call.stack.push(exchange.request.method)
            case .path: call.stack.push(PercentCoding.decode(exchange.request.path[...]))
            case .rawPath: call.stack.push(exchange.request.path)
            case .rawQuery: return call.pushOptional(exchange.request.rawQuery)
            case .host: return call.pushOptional(exchange.request.host)
            case .scheme: call.stack.push(exchange.request.scheme)
            case .clientAddress: call.stack.push(exchange.request.clientAddress)
            case .protocolVersion: call.stack.push(exchange.request.protocolVersion)
            case .identifier: call.stack.push(exchange.identifiers.requestID)
            case .parameters:
                hg_push_table(call.L, 0, Int32(clamping: exchange.pathParameters.count))
                for parameter in exchange.pathParameters {
                    call.stack.push(PercentCoding.decode(parameter.value[...]))
                    hg_set_field(call.L, -2, parameter.name)
                }
            case nil: call.stack.pushNil()
            }
            return 1
        }
    }
}

/// `ctx.integration.request`: what goes to the backend.
enum IntegrationRequestView {
    private enum Property: UInt32 {
        case method, url, path, target, timeout
    }

    static let view = ContextViews.Class(
        kind: .integrationRequest,
        name: "ctx.integration.request",
        members: [
            .child("headers", .headers, .integrationRequest),
            .child("query", .query, .integrationRequest),
            .child("body", .body, .integrationRequest),
            .property("method", Property.method.rawValue),
            .property("url", Property.url.rawValue),
            .property("path", Property.path.rawValue),
            .property("target", Property.target.rawValue),
            .property("timeout", Property.timeout.rawValue),
        ],
        get: get,
        set: set,
    )

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let request = call.exchange.integrationRequest
            switch Property(rawValue: call.member) {
            case .method: call.stack.push(request.method)
            case .url: call.stack.push(request.url)
            case .path: call.stack.push(request.path)
            case .target: call.stack.push(request.target)
            case .timeout: call.stack.push(request.timeoutMilliseconds)
            case nil: call.stack.pushNil()
            }
            return 1
        }
    }

    private static let set: hg_callback = { L, context, detail in
        guard let property = Property(rawValue: detail >> 8) else {
            return ContextViews.refuseAssignment(L, context, detail)
        }
        return LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try ContextOwner.integrationRequest.checkWritable("\(property)", in: call.execution.phase)
            switch property {
            case .method:
                let method = try call.text(3)
                guard HeaderSyntax.isToken(method), method.utf8.count <= 32 else {
                    throw .message("\(method.quotedForMessage) is no request method")
                }
                call.exchange.integrationRequest.method = method
            case .url:
                try setURL(call)
            case .path:
                let path = try call.text(3)
                guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy(isPathByte) else {
                    throw .message(
                        "\(path.quotedForMessage) is no path: it must start with / and have other characters "
                            + "than letters, digits and /-._~!$&'()*+,;=:@% percent-encoded (host.url.encode)"
                    )
                }
                call.exchange.integrationRequest.path = path
            case .target:
                throw .message("ctx.integration.request.target is read-only: it is path and query")
            case .timeout:
                let timeout = try call.integer(3)
                guard (1...900_000).contains(timeout) else {
                    throw .message("timeout must be a number of milliseconds from 1 to 900000")
                }
                call.exchange.integrationRequest.timeoutMilliseconds = timeout
            }
            return 0
        }
    }

    private static func setURL(_ call: LuaCall) throws(LuaRaise) {
        let text = try call.text(3)
        do throws(InvalidURL) {
            let url = try BackendURL(parsing: text)
            call.exchange.integrationRequest.endpoint = url.endpoint
            call.exchange.integrationRequest.path = url.path
            call.exchange.integrationRequest.query = Query(parsing: url.rawQuery)
        } catch {
            throw .message(error.description)
        }
    }

    /// RFC 3986 section 3.3: pchar, `/` and `%`.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        if PercentCoding.isUnreserved(byte) { return true }
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"):
            return true
        default:
            return false
        }
    }
}

/// `ctx.integration.response`: what the backend answered.
enum IntegrationResponseView {
    private enum Property: UInt32 {
        case status, attempts, duration
    }

    static let view = ContextViews.Class(
        kind: .integrationResponse,
        name: "ctx.integration.response",
        members: [
            .child("headers", .headers, .integrationResponse),
            .child("body", .body, .integrationResponse),
            .property("status", Property.status.rawValue),
            .property("attempts", Property.attempts.rawValue),
            .property("duration", Property.duration.rawValue),
        ],
        get: get,
    )

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let property = Property(rawValue: call.member) ?? .status
            guard let response = call.exchange.integrationResponse else {
                try ContextOwner.integrationResponse.checkReadable("\(property)", in: call.execution.phase)
                // The failure came before the backend's answer.
                return 0
            }
            switch property {
            case .status: call.stack.push(response.status)
            case .attempts: call.stack.push(response.attempts)
            case .duration: call.stack.push(Double(response.durationMicroseconds) / 1000)
            }
            return 1
        }
    }
}

/// `ctx.response`: what the client gets.
enum ResponseView {
    private enum Property: UInt32 {
        case status
    }

    static let view = ContextViews.Class(
        kind: .response,
        name: "ctx.response",
        members: [
            .child("headers", .headers, .response),
            .child("body", .body, .response),
            .property("status", Property.status.rawValue),
        ],
        get: get,
        set: set,
    )

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try ContextOwner.response.checkReadable("status", in: call.execution.phase)
            call.stack.push(call.exchange.response.status)
            return 1
        }
    }

    private static let set: hg_callback = { L, context, detail in
        guard detail >> 8 == Property.status.rawValue else {
            return ContextViews.refuseAssignment(L, context, detail)
        }
        return LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try ContextOwner.response.checkWritable("status", in: call.execution.phase)
            let status = try call.integer(3)
            guard (100...599).contains(status) else { throw .message("status must be a number from 100 to 599") }
            call.exchange.response.status = status
            return 0
        }
    }
}
