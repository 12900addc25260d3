// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that Hummingbird stays out of Headgate's.
let package = Package(
    name: "hummingbird-service",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "headgate", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(
            name: "CatalogueService",
            dependencies: [
                .product(name: "Headgate", package: "headgate"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
        ),
        .executableTarget(name: "catalogue", dependencies: ["CatalogueService"]),
        .testTarget(
            name: "CatalogueServiceTests",
            dependencies: [
                "CatalogueService",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HeadgateTesting", package: "headgate"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
        ),
    ],
    swiftLanguageModes: [.v6],
)
