import CLua

/// The part of the host that is written in Lua itself: what calls functions of scripts, which may wait.
/// None of it shows in tracebacks.
enum LuaPrelude {
    /// Runs it in a state whose library is defined and not sealed; gives the reference of the function that
    /// runs a module, 0 where there is no memory.
    static func run(in vm: OpaquePointer) -> Int32 {
        var source = text
        return source.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { hg_run_prelude(vm, $0.baseAddress, $0.count) }
        }
    }

    private static let text = """
        local host, globals = ...
        local error, type = globals.error, globals.type

        -- require: a module of the script's own folder, once a run.
        local find, keep = host.modules.find, host.modules.keep
        host.modules = nil
        function globals.require(name)
          local found, value = find(name)
          if found then return value end
          value = value(name)
          if value == nil then value = true end
          keep(name, value)
          return value
        end

        -- host.cache.fetch: one makes the value, the others wait for it.
        local fetch, settle = host.cache.fetch, host.cache.settle
        host.cache.settle = nil
        function host.cache.fetch(key, options, make)
          local found, value = fetch(key, options, make)
          if found then return value end
          local made, second = make(key)
          return settle(key, options, made, second)
        end

        -- host.trace.span: how long a function took.
        local begin, finish = host.trace.begin, host.trace.finish
        host.trace.begin, host.trace.finish = nil, nil
        function host.trace.span(name, body, ...)
          local span = begin(name, body)
          return finish(span, body(...))
        end

        return function(chunk, name, ctx, config, state)
          local module = chunk(nil, config)
          local phase = type(module) == 'table' and module[name]
          if type(phase) ~= 'function' then
            error("the module has no function '" .. name .. "' this time: its top level must do the same each time", 0)
          end
          return phase(ctx, config, state)
        end
        """
}
