import CLua

/// `host`: everything that scripts may use beside the exchange. (`host.json` is in CLua.)
enum HostLibrary {
    /// A function: `host.GROUP.NAME`, or `host.NAME` without a group.
    struct Function {
        let group: StaticString?
        let name: StaticString
        let callback: hg_callback
        let detail: UInt32

        init(_ group: StaticString?, _ name: StaticString, detail: UInt32 = 0, _ callback: @escaping hg_callback) {
            self.group = group
            self.name = name
            self.callback = callback
            self.detail = detail
        }
    }

    private static let functions: [Function] =
        LogFunctions.all + TimeFunctions.all + TextFunctions.all + RegexFunctions.all + HTTPFunctions.all
        + CacheFunctions.all + SecretFunctions.all + CryptoFunctions.all + SignatureFunctions.all + TokenFunctions.all
        + TemplateFunctions.all + MetricFunctions.all + TraceFunctions.all + ModuleFunctions.all

    /// Defines all functions in a new state.
    static func define(in vm: OpaquePointer) -> Bool {
        functions.allSatisfy { function in
            hg_define(vm, function.group?.characters, function.name.characters, function.callback, function.detail)
        }
    }
}
