using System.Runtime.ExceptionServices;

namespace MmapIo.Storms;

/// <summary>
/// What the storms share. These sources are compiled twice: into the .NET tests, and by the package tests into a native
/// program. So nothing here needs a test framework, nor anything but the public surface of the library.
/// </summary>
internal static class Storm
{
    /// <summary>Fails the storm unless it is so.</summary>
    public static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    /// <summary>The byte at a place of the files that the storms map: no page looks like another, neighbours differ.</summary>
    public static byte ByteAt(long place) => (byte)(((ulong)place * 0x9E3779B97F4A7C15UL) >> 56);

    /// <summary>A file of such bytes.</summary>
    public static void Write(string path, int length) =>
        File.WriteAllBytes(path, [.. Enumerable.Range(0, length).Select(place => ByteAt(place))]);

    /// <summary>Gives the file another length behind the back of those who have it mapped.</summary>
    public static void Cut(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(length);
    }
}

/// <summary>Threads whose failures are the storm's: the first is thrown when they are joined.</summary>
internal sealed class Workers
{
    private readonly List<Thread> _threads = [];
    private ExceptionDispatchInfo? _failure;

    public bool Failed => Volatile.Read(ref _failure) is not null;

    public void Start(Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(e));
            }
        });
        _threads.Add(thread);
        thread.Start();
    }

    public void Join()
    {
        _threads.ForEach(thread => thread.Join());
        _failure?.Throw();
    }
}
