namespace MmapIo.Tests;

/// <summary>A folder of a test's own. What is in it goes with the test.</summary>
internal sealed class Scratch : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    private readonly string _folder;

    public Scratch()
        : this(Path.GetTempPath())
    {
    }

    private Scratch(string parent)
    {
        _folder = Path.Combine(parent, $"mmapio-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
    }

    /// <summary>
    /// On tmpfs, where a page comes into being when it is first touched, so that residency can be foretold.
    /// </summary>
    public static Scratch InMemory()
    {
        Assert.SkipUnless(
            Directory.Exists(SharedMemory), $"this system has no {SharedMemory}, where files are made of memory alone");
        return new Scratch(SharedMemory);
    }

    /// <summary>
    /// On a file system with a device behind it, so that pages can be dirty, be written and be evicted.
    /// </summary>
    public static Scratch OnDisk()
    {
        string? parent = new[] { Path.GetTempPath(), AppContext.BaseDirectory }.FirstOrDefault(HasDevice);
        Assert.SkipWhen(parent is null, "neither the temporary folder nor the tests' own is on a device");
        return new Scratch(parent!);
    }

    public string At(string name) => Path.Combine(_folder, name);

    /// <summary>A file of that many bytes, all of them a hole.</summary>
    public string Sparse(long length, string name = "sparse")
    {
        string path = At(name);
        using FileStream file = File.Create(path);
        file.SetLength(length);
        return path;
    }

    /// <summary>A file of that many bytes of <see cref="Pattern"/>.</summary>
    public string Patterned(int length, string name = "patterned") => Holding(Pattern.Bytes(0, length), name);

    public string Holding(byte[] bytes, string name = "data")
    {
        string path = At(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool HasDevice(string folder) => new DriveInfo(folder).DriveFormat is not ("tmpfs" or "ramfs");
}
