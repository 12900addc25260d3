// swift-tools-version: 6.1
import PackageDescription

// Targets point inwards: leaf libraries know nothing of gateways, the core knows no network, the
// adapters (HTTP, Lua, files, server) surround it, and the command line stands on top.
let package = Package(
    name: "headgate",
    products: [
        .executable(name: "headgate", targets: ["HeadgateCommand"]),
        .library(name: "Headgate", targets: ["HeadgateGateway", "Headgate"]),
        .library(name: "HeadgateServer", targets: ["HeadgateServer"]),
        .library(name: "HeadgateTesting", targets: ["HeadgateTesting"]),
        .library(name: "OrderedJSON", targets: ["OrderedJSON"]),
        .library(name: "JSONPath", targets: ["JSONPath"]),
        .library(name: "JavaRegex", targets: ["JavaRegex"]),
        .library(name: "JSONSchema", targets: ["JSONSchema"]),
        .library(name: "MappingTemplates", targets: ["MappingTemplates"]),
        .library(name: "SigV4", targets: ["SigV4"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Leaf libraries.
        .target(name: "OrderedJSON"),
        .target(name: "JavaRegex"),
        .target(
            name: "Cryptography",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
        ),
        .target(name: "JSONWebTokens", dependencies: ["Cryptography", "OrderedJSON"]),
        .target(name: "JSONPath", dependencies: ["OrderedJSON", "JavaRegex"]),
        .target(name: "JSONSchema", dependencies: ["OrderedJSON", "JavaRegex"]),
        .target(name: "MappingTemplates", dependencies: ["OrderedJSON", "JSONPath", "JavaRegex"]),
        .target(name: "SigV4", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),

        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev", "pkg-config"])]),
        .target(name: "ContentCoding", dependencies: ["CZlib"]),

        // The core: exchanges, stages, pipelines, the executor. No network, no files, no Lua.
        .target(name: "Headgate", dependencies: ["OrderedJSON"]),

        // Adapters around the core.
        .target(
            name: "HeadgateStages",
            dependencies: [
                "Headgate", "ContentCoding", "OrderedJSON", "JSONPath", "JSONSchema", "JSONWebTokens", "JavaRegex",
                "MappingTemplates", "SigV4",
            ],
        ),
        .target(
            name: "HeadgateHTTP",
            dependencies: [
                "Headgate",
                "HeadgateStages",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
        ),
        .target(name: "CProcess"),
        .target(
            name: "HeadgateAWS",
            dependencies: [
                "CProcess",
                "Headgate",
                "HeadgateStages",
                "HeadgateHTTP",
                "OrderedJSON",
                "SigV4",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
        ),
        .systemLibrary(
            name: "CLuaLibrary",
            pkgConfig: "lua5.4",
            providers: [.apt(["liblua5.4-dev", "pkg-config"])],
        ),
        .target(name: "CLua", dependencies: ["CLuaLibrary"]),
        .target(
            name: "HeadgateLua",
            dependencies: [
                "Headgate", "HeadgateStages", "OrderedJSON", "CLua", "Cryptography", "JSONWebTokens", "JavaRegex",
                "MappingTemplates", "SigV4",
            ],
        ),
        .target(
            name: "HeadgateDefinitions",
            dependencies: [
                "Headgate",
                "HeadgateStages",
                "JavaRegex",
                "OrderedJSON",
                .product(name: "Yams", package: "Yams"),
            ],
        ),
        .target(
            name: "HeadgateGateway",
            dependencies: [
                "Headgate",
                "HeadgateStages",
                "HeadgateHTTP",
                "HeadgateAWS",
                "HeadgateLua",
                "HeadgateDefinitions",
                "HeadgateOpenAPI",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
        ),
        .target(
            name: "HeadgateServer",
            dependencies: [
                "Headgate",
                "HeadgateGateway",
                "HeadgateHTTP",
                "HeadgateStages",
                "OrderedJSON",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
        ),
        .target(
            name: "HeadgateOpenAPI",
            dependencies: ["Headgate", "HeadgateDefinitions", "OrderedJSON"],
        ),
        .target(
            name: "HeadgateTesting",
            dependencies: [
                "Headgate", "HeadgateAWS", "HeadgateDefinitions", "HeadgateGateway", "HeadgateLua", "JavaRegex",
                "OrderedJSON",
                "SigV4",
            ],
        ),
        .executableTarget(
            name: "HeadgateCommand",
            dependencies: [
                "HeadgateServer",
                "HeadgateTesting",
                "HeadgateDefinitions",
                "HeadgateLua",
                "HeadgateOpenAPI",
                "MappingTemplates",
                "JSONPath",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
        ),

        .testTarget(name: "ContentCodingTests", dependencies: ["ContentCoding"]),
        // Damages inputs; `make fuzz`.
        .executableTarget(
            name: "headgate-fuzz",
            dependencies: [
                "Headgate", "HeadgateDefinitions", "HeadgateHTTP", "HeadgateOpenAPI", "HeadgateServer",
                "HeadgateStages",
                "JSONPath", "MappingTemplates", "OrderedJSON",
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Fuzz/Mutator",
        ),

        .testTarget(name: "OrderedJSONTests", dependencies: ["OrderedJSON"]),
        .testTarget(name: "JSONPathTests", dependencies: ["JSONPath"]),
        .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "OrderedJSON"]),
        .testTarget(name: "JavaRegexTests", dependencies: ["JavaRegex"]),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography", "JSONWebTokens"]),
        .testTarget(name: "MappingTemplatesTests", dependencies: ["MappingTemplates"]),
        .testTarget(name: "SigV4Tests", dependencies: ["SigV4", "OrderedJSON"]),
        .testTarget(name: "HeadgateTests", dependencies: ["Headgate"]),
        .testTarget(
            name: "HeadgateStagesTests",
            dependencies: [
                "HeadgateStages", "Headgate", "JSONSchema", "JSONWebTokens", "JavaRegex", "OrderedJSON", "SigV4",
            ],
        ),
        .testTarget(
            name: "HeadgateHTTPTests",
            dependencies: [
                "HeadgateHTTP",
                "Headgate",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
        ),
        .testTarget(
            name: "HeadgateServerTests",
            dependencies: [
                "HeadgateServer",
                "HeadgateHTTP",
                "Headgate",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
        ),
        .testTarget(
            name: "HeadgateAWSTests",
            dependencies: ["HeadgateAWS", "HeadgateStages", "Headgate", "OrderedJSON", "SigV4"],
        ),
        .testTarget(
            name: "HeadgateLuaTests",
            dependencies: ["HeadgateLua", "Headgate", "OrderedJSON"],
        ),
        .testTarget(
            name: "HeadgateDefinitionsTests",
            dependencies: ["HeadgateDefinitions", "HeadgateStages", "Headgate", "OrderedJSON"],
        ),
        .testTarget(
            name: "HeadgateGatewayTests",
            dependencies: ["HeadgateGateway", "HeadgateTesting", "Headgate", "OrderedJSON"],
        ),
        // The samples of the documentation, compiled.
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "HeadgateServer", "HeadgateTesting", "HeadgateGateway", "Headgate", "MappingTemplates", "JSONPath",
                "JSONSchema",
                "JavaRegex", "OrderedJSON", "SigV4",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
        ),
        .testTarget(
            name: "HeadgateOpenAPITests",
            dependencies: ["HeadgateOpenAPI", "HeadgateDefinitions", "Headgate", "OrderedJSON"],
        ),
    ],
    swiftLanguageModes: [.v6],
)
