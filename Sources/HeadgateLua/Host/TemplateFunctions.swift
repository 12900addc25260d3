import CLua
import Headgate
import HeadgateStages
import MappingTemplates
import Synchronization

/// `host.template.render`: the engine of mapping templates, with `$input`, `$context` and `$stageVariables` of
/// the exchange.
enum TemplateFunctions {
    static let all: [HostLibrary.Function] = [HostLibrary.Function("template", "render", render)]

    private static let compiled = Mutex<[String: LocatedTemplate]>([:])
    private static let mostCompiled = 256

    private static func template(_ call: LuaCall) throws(LuaRaise) -> LocatedTemplate {
        let text = try call.text(1)
        if let known = compiled.withLock({ $0[text] }) { return known }
        do throws(TemplateSyntaxError) {
            let template = try LocatedTemplate(text)
            compiled.withLock { compiled in
                if compiled.count >= mostCompiled { compiled.removeAll() }
                compiled[text] = template
            }
            return template
        } catch {
            throw .argument(
                1,
                "the template cannot be read, line \(error.line): found \(error.found), expected \(error.expected)",
            )
        }
    }

    /// `host.template.render(template[, body])`: the body is text, or a value that becomes JSON. Without one it is
    /// that of the request, behind the backend call that of its answer.
    private static let render: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let template = try template(call)
            let payload: [UInt8]
            if call.stack.isAbsent(at: 2) {
                payload = call.exchange.integrationResponse?.body.bytes ?? call.exchange.request.body.bytes ?? []
            } else if let bytes = call.stack.bytes(at: 2) {
                payload = bytes
            } else {
                payload = try call.stack.json(at: 2)
            }
            do throws(GatewayFailure) {
                let output = try template.render(call.exchange, payload)
                hg_thread_charge(call.execution.thread, UInt32(clamping: output.count + payload.count))
                call.stack.push(output)
                return 1
            } catch {
                throw .message(error.cause)
            }
        }
    }
}
