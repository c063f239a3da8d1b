using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>
/// A native library that is missing, or that is something else. Told by another process, which runs from a folder
/// that has the assembly and not its library.
/// </summary>
public sealed class ForeignLibraryTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static string LibraryFile => Interop.Library
        + (OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_missing_library_is_named_by_every_door_to_it() =>
        AssertEachDoorSays("is missing", CopyWithoutLibrary());

    [Fact]
    public void A_file_that_is_no_library_is_named_by_every_door_to_it()
    {
        string folder = CopyWithoutLibrary();
        File.WriteAllText(Path.Combine(folder, LibraryFile), "not a library\n");
        AssertEachDoorSays(
            OperatingSystem.IsWindows() ? "not a library for this processor" : "is not for this processor", folder);
    }

    [Fact]
    public void Some_other_library_is_named_by_every_door_to_it()
    {
        string folder = CopyWithoutLibrary();
        string other = OperatingSystem.IsWindows() ? "clrjit.dll" : "libSystem.Native" + Path.GetExtension(LibraryFile);
        File.Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), other), Path.Combine(folder, LibraryFile));
        AssertEachDoorSays("some other library", folder);
    }

    [Fact]
    public void The_right_library_in_that_folder_is_found()
    {
        string folder = CopyWithoutLibrary();
        File.Copy(Path.Combine(AppContext.BaseDirectory, LibraryFile), Path.Combine(folder, LibraryFile));
        Assert.All(Play(folder), line => Assert.Equal("fine", line));
    }

    private void AssertEachDoorSays(string what, string folder)
    {
        string[] said = Play(folder);
        Assert.Equal(5, said.Length);
        Assert.All(said, line =>
        {
            Assert.StartsWith($"{nameof(PlatformNotSupportedException)}|", line, StringComparison.Ordinal);
            Assert.Contains(what, line, StringComparison.Ordinal);
            Assert.Contains($" on {PortableRid.Current}", line, StringComparison.Ordinal);
            Assert.Contains($"ABI {Interop.AbiMajor}.{Interop.AbiMinor}", line, StringComparison.Ordinal);
            Assert.Contains($"runtimes/{PortableRid.Current}/native/", line, StringComparison.Ordinal);
        });
    }

    private string[] Play(string folder)
    {
        string program = Path.Combine(folder, Path.GetFileName(typeof(ForeignLibraryTests).Assembly.Location));
        using Child child = Child.StartCopy(program, ChildParts.LibraryCaller, _scratch.Patterned(10));
        return child.Finish();
    }

    /// <summary>No deps.json, which would list what is left out: without it, the folder is all there is.</summary>
    private string CopyWithoutLibrary()
    {
        Assert.SkipWhen(
            File.Exists(Path.Combine(AppContext.BaseDirectory, "System.Private.CoreLib.dll")),
            "the tests carry a runtime of their own, which is too much to copy");
        string folder = _scratch.At("copy");
        Directory.CreateDirectory(folder);
        string tests = typeof(ForeignLibraryTests).Assembly.Location;
        string config = Path.ChangeExtension(tests, ".runtimeconfig.json");
        foreach (string file in new[] { tests, config, typeof(MemoryMap).Assembly.Location })
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        return folder;
    }
}
