import Headgate

/// TLS of a link: whom to trust, and whom to be.
enum LinkTLSBlock {
    private static let authorities = Field(
        optional: "certificateAuthorities",
        FieldType<String>.string,
        "A PEM file, from this file's folder on. Only the authorities in it are trusted then; without it the system's are, "
            + "and those of `--backend-ca`.",
    )
    private static let certificate = Field(
        optional: "certificate",
        FieldType<String>.string,
        "A PEM file with the certificate that the gateway shows to the targets, and those between it and its authority.",
    )
    private static let key = Field(optional: "key", FieldType<String>.string, "The PEM file of the certificate's key.")
    private static let serverName = Field(
        optional: "serverName",
        FieldType<String>.string,
        "The name that the targets' certificates must have, and that is asked for (SNI). The default is the host of the `uri`.",
    )
    private static let insecureSkipVerification = Field(
        "insecureSkipVerification",
        FieldType.boolean,
        default: false,
        shown: "false",
        "Takes any certificate from anybody: whoever is on the way can then read and answer. Logged at start.",
    )

    static let record = Record<LinkTLSSettings>(
        "tls",
        "TLS to the targets.",
        fields: [authorities, certificate, key, serverName, insecureSkipVerification],
    ) { settings in
        if try settings[key] != nil, try settings[certificate] == nil {
            throw InvalidValue(
                "a key stands without its certificate",
                expected: "expected certificate: FILE beside it",
                at: settings.location(of: key),
            )
        }
        return LinkTLSSettings(
            authorities: try settings[authorities],
            certificate: try settings[certificate],
            key: try settings[key],
            serverName: try settings[serverName],
            verifies: try !settings[insecureSkipVerification],
        )
    }

    /// The same with files from the working directory on, and the fingerprint of their contents; nil after a report.
    static func completed(
        _ settings: LinkTLSSettings,
        _ node: ConfigurationNode?,
        _ context: DecodingContext,
    ) -> LinkTLSSettings? {
        var settings = settings
        var contents = 0xCBF2_9CE4_8422_2325 as UInt64
        var isComplete = true
        func complete(_ path: String?, _ field: String) -> String? {
            guard let path else { return nil }
            let full = path.hasPrefix("/") ? path : (context.directory ?? ".") + "/" + path
            context.services[ConsultedFiles.self]?.add(full)
            let place = node?[field]?.location ?? node?.location ?? SourceLocation(file: full, line: 1)
            guard let bytes = SourceFile.read(full, shownAs: path, limits: ReadingLimits(), Diagnostics())?.bytes else {
                context.diagnostics.error(at: place, "the file \(path.quotedForMessage) cannot be read")
                isComplete = false
                return full
            }
            for byte in bytes { contents = (contents ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            return full
        }
        settings.authorities = complete(settings.authorities, "certificateAuthorities")
        settings.certificate = complete(settings.certificate, "certificate")
        settings.key = complete(settings.key, "key")
        settings.fingerprint = Int(truncatingIfNeeded: contents)
        return isComplete ? settings : nil
    }
}
