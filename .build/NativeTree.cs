namespace MmapIo.Build;

/// <summary>
/// One CMake build of the C code: a configure preset, a folder of its own, and what is set on top of the preset. A
/// runner for foreign or instrumented programs (valgrind, qemu, wine) is such a setting too:
/// CMAKE_CROSSCOMPILING_EMULATOR stands before every test program, so ctest stays the one way to run tests.
/// </summary>
/// <param name="Name">The folder under artifacts/cmake.</param>
/// <param name="Preset">The configure preset.</param>
/// <param name="Configuration">What generators that hold several configurations build.</param>
/// <param name="Settings">Cache entries, NAME=VALUE, that go on top of the preset.</param>
internal sealed record NativeTree(
    string Name, string Preset, string Configuration, params IReadOnlyList<string> Settings)
{
    public static NativeTree Release { get; } = new("release", "release", "Release");

    public static NativeTree Asan { get; } = new("asan", "asan", "Debug");

    public static NativeTree Tsan { get; } = new("tsan", "tsan", "Debug")
    {
        Environment = new Dictionary<string, string?>
        {
            ["TSAN_OPTIONS"] = $"suppressions={Repository.At("tests", "native", "tsan.supp")}",
        },
    };

    /// <summary>For the programs of libFuzzer alone.</summary>
    public static NativeTree Fuzz { get; } = new("fuzz", "fuzz", "Debug")
    {
        Needs = [.. Prerequisite.Native, Prerequisite.Clang, Prerequisite.ClangRuntime],
    };

    /// <summary>Optimised like a release, with the line numbers that make valgrind's reports readable.</summary>
    public static NativeTree Valgrind { get; } = new(
        "valgrind",
        "release",
        "RelWithDebInfo",
        "CMAKE_BUILD_TYPE=RelWithDebInfo",
        "CMAKE_CROSSCOMPILING_EMULATOR=valgrind;--quiet;--error-exitcode=99;--leak-check=full;"
            + "--show-leak-kinds=definite;--errors-for-leak-kinds=definite");

    public string Folder => FolderOf(Name);

    /// <summary>The top of the sources; another one only to see whether the place shows in what is built.</summary>
    public string Source { get; init; } = Repository.Root;

    /// <summary>What has to be installed, besides what <see cref="Settings"/> name.</summary>
    public IReadOnlyList<Prerequisite> Needs { get; init; } = Prerequisite.Native;

    /// <summary>Environment variables of the tests.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>A build for another system, by a compiler that builds for all of them.</summary>
    public static NativeTree Cross(string rid, string compiler, params IEnumerable<string> settings) =>
        new(CrossName(rid), "cross", "Release", [$"MMAPIO_RID={rid}", $"MMAPIO_ZIG={compiler}", .. settings])
        {
            Needs = Prerequisite.Cross,
        };

    public static string CrossName(string rid) => $"cross-{rid}";

    public static string FolderOf(string name) => Repository.At("artifacts", "cmake", name);

    /// <summary>Configures and builds; both do next to nothing when nothing changed.</summary>
    /// <param name="targets">What to build, if not everything.</param>
    public async Task BuildAsync(params IReadOnlyList<string> targets)
    {
        await Prerequisites.RequireAsync(Needs);
        List<string> configure =
            ["--preset", Preset, "-S", Source, "-B", Folder, .. Settings.Select(setting => "-D" + setting)];
        if (!File.Exists(Path.Combine(Folder, "CMakeCache.txt")))
        {
            configure.AddRange(PreferredGenerator());
        }

        await Step.QuietAsync($"native {Name}: configure", "cmake", [.. configure]);
        await Step.QuietAsync(
            $"native {Name}: build",
            "cmake",
            [
                "--build", Folder,
                "--config", Configuration,
                "--parallel", $"{System.Environment.ProcessorCount}",
                .. targets.Count > 0 ? ["--target", .. targets] : Array.Empty<string>(),
            ]);
    }

    /// <summary>The library itself, where the name leads through links.</summary>
    public string FindLibrary(string library)
    {
        string[] places = [Path.Combine(Folder, "native"), Path.Combine(Folder, "native", Configuration)];
        string found = places.Select(place => Path.Combine(place, library)).FirstOrDefault(File.Exists)
            ?? throw new StepFailedException($"the native {Name} build left no {library} in {places[0]}");
        return File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found;
    }

    /// <summary>Ninja where it can be had; an existing build folder keeps what it was made with.</summary>
    private static string[] PreferredGenerator() =>
        !OperatingSystem.IsWindows()
        && System.Environment.GetEnvironmentVariable("CMAKE_GENERATOR") is null
        && Step.Which("ninja") is not null ? ["-G", "Ninja"] : [];
}
