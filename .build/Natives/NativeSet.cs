using MmapIo.Build.Binaries;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Natives;

/// <summary>
/// The native libraries for all RIDs, built on this machine by one compiler and kept in artifacts/native. Beside each
/// lies a stamp of what it was built from: a library whose sources have changed since is never packed by mistake.
/// </summary>
internal static class NativeSet
{
    private const string StampFile = "built-from";
    private static readonly string[] s_libraries = ["mmapio_shared", "mmapio_static"];
    private static readonly string s_copy = Repository.At("artifacts", "cmake", "elsewhere", "sources");

    /// <summary>Builds, checks and provides the library of each RID.</summary>
    public static async Task BuildAsync(TestSession session, IReadOnlyList<Target> targets)
    {
        string compiler = await ZigCompiler.GetAsync();
        string sources = Sources();

        // What builds at once would step on each other's toes with is done before.
        await Prerequisites.RequireAsync(Prerequisite.Cross);
        CopySources();
        using var turns = new SemaphoreSlim(Environment.ProcessorCount);
        Task<Pair>[] builds = [.. targets.Select(target => BuildTwiceAsync(target, compiler, turns))];
        foreach ((Target target, Task<Pair> build) in targets.Zip(builds))
        {
            await session.RunAsync($"check {target}", async () =>
            {
                Pair built = await build;
                TestReport report = LibraryChecks.Run(target, built.Library).With(
                    "reproducible",
                    SameBytes(built.Library, built.Elsewhere),
                    "a build in another folder gave other bytes");
                if (report.Failed.Count == 0)
                {
                    Provide(target, built.Library, sources);
                    CopyStatic(target, built.StaticLibrary);
                }

                return report;
            });
        }
    }

    /// <summary>Is the shipped library of this RID there, built from the sources as they are?</summary>
    public static bool IsFresh(Target target)
    {
        string stamp = Path.Combine(target.Folder, StampFile);
        return File.Exists(Path.Combine(target.Folder, target.Library))
            && File.Exists(stamp) && File.ReadAllText(stamp) == Sources();
    }

    /// <summary>
    /// Puts a library that was built by the system's compiler in the place of a shipped one, or of none.
    /// </summary>
    public static void ProvideHostBuild(Target target, string built)
    {
        Replace(target, built);
        File.Delete(Path.Combine(target.Folder, StampFile));
    }

    /// <summary>
    /// Deletes the libraries that are not of these sources, so that packages hold none of them.
    /// </summary>
    /// <returns>The RIDs that a release would have, and this package has not.</returns>
    public static IReadOnlyList<Target> DropStale()
    {
        List<Target> missing = [];
        foreach (Target target in Target.All.Where(target => !IsFresh(target)))
        {
            missing.Add(target);
            if (target.Rid != Repository.HostRid && Directory.Exists(target.Folder))
            {
                Directory.Delete(target.Folder, recursive: true);
            }
        }

        return missing;
    }

    /// <summary>
    /// Builds here, and from a copy of the sources, which shows whether paths or times get into the file. Several RIDs
    /// at once: the longest part of a first build, the C library of a system, is made by one process.
    /// </summary>
    private static async Task<Pair> BuildTwiceAsync(Target target, string compiler, SemaphoreSlim turns)
    {
        await turns.WaitAsync();
        try
        {
            var tree = NativeTree.Cross(target.Rid, compiler);
            NativeTree elsewhere = NativeTree.Cross(target.Rid, compiler, "MMAPIO_BUILD_TESTS=OFF") with
            {
                Name = $"elsewhere/{target.Rid}",
                Source = s_copy,
            };
            string library = await BuildOneAsync(target, tree);
            return new Pair(library, tree.FindLibrary(target.StaticLibrary), await BuildOneAsync(target, elsewhere));
        }
        finally
        {
            turns.Release();
        }
    }

    private static async Task<string> BuildOneAsync(Target target, NativeTree tree)
    {
        await tree.BuildAsync(s_libraries);
        string built = tree.FindLibrary(target.Library);
        if (target.IsWindows)
        {
            PeFile.RemoveTimestamps(built);
        }

        return built;
    }

    private static void CopySources()
    {
        foreach (string file in SourceFiles())
        {
            string target = Path.Combine(s_copy, Path.GetRelativePath(Repository.Root, file));
            if (!File.Exists(target) || !SameBytes(file, target))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target, overwrite: true);
            }
        }
    }

    private static void Provide(Target target, string built, string sources)
    {
        Replace(target, built);
        File.WriteAllText(Path.Combine(target.Folder, StampFile), sources);
    }

    /// <summary>For programs that are compiled to native code and bring the library inside.</summary>
    private static void CopyStatic(Target target, string built)
    {
        string folder = Repository.At("artifacts", "static", target.Rid);
        Directory.CreateDirectory(folder);
        File.Copy(built, Path.Combine(folder, target.StaticLibrary), overwrite: true);
    }

    /// <summary>
    /// Renamed into place: a program that has the old file mapped keeps it, and never sees half of the new one.
    /// </summary>
    private static void Replace(Target target, string built)
    {
        string place = Path.Combine(target.Folder, target.Library);
        if (File.Exists(place) && SameBytes(built, place))
        {
            return;
        }

        Directory.CreateDirectory(target.Folder);
        string fresh = place + ".new";
        File.Copy(built, fresh, overwrite: true);
        File.Move(fresh, place, overwrite: true);
    }

    private static string Sources() => $"zig {ZigCompiler.Version} {Fingerprint.Of(SourceFiles())}\n";

    private static IEnumerable<string> SourceFiles() => Fingerprint.FilesUnder("native")
        .Append(Repository.At("CMakeLists.txt")).Append(Repository.At("CMakePresets.json"));

    private static bool SameBytes(string left, string right) =>
        File.ReadAllBytes(left).AsSpan().SequenceEqual(File.ReadAllBytes(right));

    /// <summary>What was built for a RID, and the shared library of a second build elsewhere.</summary>
    private sealed record Pair(string Library, string StaticLibrary, string Elsewhere);
}
