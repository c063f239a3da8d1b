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

    /// <summary>Optimised like a release, with the line numbers that make valgrind's reports readable.</summary>
    public static NativeTree Valgrind { get; } = new(
        "valgrind",
        "release",
        "RelWithDebInfo",
        "CMAKE_BUILD_TYPE=RelWithDebInfo",
        "CMAKE_CROSSCOMPILING_EMULATOR=valgrind;--quiet;--error-exitcode=99;--leak-check=full;"
            + "--show-leak-kinds=definite;--errors-for-leak-kinds=definite");

    public string Folder => Repository.At("artifacts", "cmake", Name);

    /// <summary>Configures and builds; both do next to nothing when nothing changed.</summary>
    public async Task BuildAsync()
    {
        await Prerequisites.RequireAsync(Prerequisite.Native);
        List<string> configure = ["--preset", Preset, "-B", Folder, .. Settings.Select(setting => "-D" + setting)];
        if (!File.Exists(Path.Combine(Folder, "CMakeCache.txt")))
        {
            configure.AddRange(PreferredGenerator());
        }

        await Step.QuietAsync($"native {Name}: configure", "cmake", [.. configure]);
        await Step.QuietAsync(
            $"native {Name}: build",
            "cmake",
            "--build",
            Folder,
            "--config",
            Configuration,
            "--parallel",
            $"{Environment.ProcessorCount}");
    }

    /// <summary>Puts this build's library where projects and packages look for the one of a RID.</summary>
    public void Provide(string rid, string library)
    {
        string built = FindLibrary(library);
        string target = Repository.At("artifacts", "native", rid, library);
        if (File.Exists(target) && File.ReadAllBytes(built).AsSpan().SequenceEqual(File.ReadAllBytes(target)))
        {
            return;
        }

        // Renamed into place: a program that has the old file mapped keeps it, and never sees half of the new one.
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string fresh = target + ".new";
        File.Copy(built, fresh, overwrite: true);
        File.Move(fresh, target, overwrite: true);
    }

    private string FindLibrary(string library)
    {
        string[] places = [Path.Combine(Folder, "native"), Path.Combine(Folder, "native", Configuration)];
        string found = places.Select(place => Path.Combine(place, library)).FirstOrDefault(File.Exists)
            ?? throw new StepFailedException($"the native {Name} build left no {library} in {places[0]}");
        return File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found;
    }

    /// <summary>Ninja where it can be had; an existing build folder keeps what it was made with.</summary>
    private static string[] PreferredGenerator() =>
        !OperatingSystem.IsWindows()
        && Environment.GetEnvironmentVariable("CMAKE_GENERATOR") is null
        && Step.Which("ninja") is not null ? ["-G", "Ninja"] : [];
}
