import CLua

/// What host functions hold on behalf of one run, given back when it ends, however it does.
struct LuaHoldings {
    /// What `require` returned, by name: references. 0 while the module's top level runs.
    var modules: [String: Int32] = [:]
    /// The values behind the run's opaque secrets.
    var secrets: [[UInt8]] = []
    /// Values of the cache that this run is the one to make.
    var flights: [LuaCache.Flight] = []

    var isEmpty: Bool { modules.isEmpty && secrets.isEmpty && flights.isEmpty }

    func release(in vm: LuaVM) {
        for reference in modules.values { hg_release(vm.raw, reference) }
        for flight in flights { flight.abandon() }
    }
}
