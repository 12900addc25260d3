import Headgate
import MappingTemplates
import OrderedJSON

extension TemplateOverrides {
    private static let key = ObjectIdentifier(TemplateOverrides.self)

    /// What templates of the exchange have set so far.
    init(of exchange: Exchange) {
        if exchange.storage.isEmpty {
            self.init()
        } else {
            self = exchange.storage[Self.key] as? TemplateOverrides ?? TemplateOverrides()
        }
    }

    /// Keeps what was set for the exchange's next template, and hands on what concerns the messages.
    func keep(in exchange: Exchange) {
        exchange.storage[Self.key] = self
        exchange.overrides.requestHeaders = Self.fields(request(.header))
        exchange.overrides.requestQuery = Self.fields(request(.querystring))
        exchange.overrides.requestPath = request(.path).compactMap { name, value in
            Self.texts(value).first.map { (name, $0) }
        }
        exchange.overrides.responseHeaders = Self.fields(responseHeaders)
        exchange.overrides.responseStatus = responseStatus.flatMap(Self.status)
    }

    private static func fields(_ object: JSONObject) -> [(name: String, values: [String])] {
        object.compactMap { name, value in
            let texts = texts(value)
            return texts.isEmpty ? nil : (name, texts)
        }
    }

    /// A list stands for several values, null and the empty list for none.
    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .null: []
        case .array(let elements):
            elements.flatMap { element in
                if case .array = element { [JSONWriter.string(element)] } else { texts(element) }
            }
        case .string(let text): [text]
        case .number(let number): [number.spelling]
        case .bool(let value): [value ? "true" : "false"]
        case .object: [JSONWriter.string(value)]
        }
    }

    /// An integer from 100 to 599, also as text; anything else is ignored, as the service does.
    private static func status(_ value: JSONValue) -> Int? {
        let status = value.int ?? value.string.flatMap { Int($0) }
        return status.flatMap { StatusSet.statuses.contains($0) ? $0 : nil }
    }
}
