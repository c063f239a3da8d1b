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

    /// <summary>Builds, checks and provides the library of each RID.</summary>
    public static async Task BuildAsync(TestSession session, IReadOnlyList<Target> targets)
    {
        string compiler = await ZigCompiler.GetAsync();
        string sources = Sources();
        foreach (Target target in targets)
        {
            await session.RunAsync($"check {target}", async () =>
            {
                var tree = NativeTree.Cross(target.Rid, compiler);
                string built = await BuildOneAsync(target, tree);
                TestReport report = LibraryChecks.Run(target, built);
                string again = await BuildElsewhereAsync(target, compiler);
                report = report.With(
                    "reproducible", SameBytes(built, again), "a build in another folder gave other bytes");
                if (report.Failed.Count == 0)
                {
                    Provide(target, built, sources);
                    CopyStatic(target, tree);
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

    /// <summary>The same from a copy of the sources: shows whether paths or times get into the file.</summary>
    private static Task<string> BuildElsewhereAsync(Target target, string compiler)
    {
        string copy = Repository.At("artifacts", "cmake", "elsewhere", "sources");
        CopySources(copy);
        NativeTree tree = NativeTree.Cross(target.Rid, compiler, "MMAPIO_BUILD_TESTS=OFF") with
        {
            Name = $"elsewhere/{target.Rid}",
            Source = copy,
        };
        return BuildOneAsync(target, tree);
    }

    private static void CopySources(string copy)
    {
        foreach (string file in SourceFiles())
        {
            string target = Path.Combine(copy, Path.GetRelativePath(Repository.Root, file));
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
    private static void CopyStatic(Target target, NativeTree tree)
    {
        string folder = Repository.At("artifacts", "static", target.Rid);
        Directory.CreateDirectory(folder);
        File.Copy(tree.FindLibrary(target.StaticLibrary), Path.Combine(folder, target.StaticLibrary), overwrite: true);
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
}
