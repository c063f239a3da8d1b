using System.Runtime.CompilerServices;

namespace MmapIo.Tests;

/// <summary>The parts of children that open what fails, under limits that only a process can have.</summary>
internal static class OpenParts
{
    /// <summary>Opens to lock more than it may.</summary>
    public const string Locker = "open-locker";

    /// <summary>Opens to fill a disk with more than it holds.</summary>
    public const string Filler = "open-filler";

    /// <summary>Opens to create where nothing may be created.</summary>
    public const string Creator = "open-creator";

    /// <summary>Opens and drops maps by the thousand, with a few hundred descriptors.</summary>
    public const string Dropper = "open-dropper";

    /// <summary>Drops maps that are locked, and locks more than may be while they are.</summary>
    public const string LockDropper = "open-lock-dropper";

    private const int Allowed = 1 << 16;
    private const int Dropped = 5000;

    private static readonly FileMode[] s_modes =
        [FileMode.Open, FileMode.OpenOrCreate, FileMode.Create, FileMode.Truncate, FileMode.CreateNew];

    public static int Play(string part, string[] arguments)
    {
        string path = arguments is [var folder, ..] ? Path.Combine(folder, "file") : "";
        switch (part)
        {
            case Locker:
                Linux.LimitLockedMemory(Allowed);
                foreach (FileMode mode in s_modes)
                {
                    var options = new MapOptions { Mode = mode, Length = 4 * Allowed, Lock = true };
                    Tell(path, 1000, path => MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose());
                }
                Tell(path, 1000, path => MappedArray<int>.Create(path, Allowed, new MapOptions { Lock = true }).Dispose());
                return 0;
            case Filler:
                foreach (FileMode mode in s_modes)
                {
                    foreach (bool allocate in new[] { false, true })
                    {
                        var options = new MapOptions { Mode = mode, Length = 4 * Allowed, Allocate = allocate };
                        Tell(path, 20_000, path => MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose());
                    }
                }
                Tell(path, 20_000, path => MappedArray<int>.Create(path, Allowed).Dispose());
                return 0;
            case Creator:
                foreach (FileMode mode in new[] { FileMode.OpenOrCreate, FileMode.Create, FileMode.CreateNew })
                {
                    var options = new MapOptions { Mode = mode, Length = 10 };
                    Tell(path, -1, path => MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose());
                }
                return 0;
            case Dropper:
                // The console takes its descriptors when it is used first.
                Console.Out.Flush();
                using (MemoryMap exported = MemoryMap.CreateShared(null, 5))
                {
                    Linux.LimitOpenFiles(256);
                    foreach (Func<IDisposable> open in new Func<IDisposable>[]
                    {
                        () => MemoryMap.Open(path),
                        () => MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Length = 5 }),
                        () => MemoryMap.CreateShared(null, 5),
                        exported.ExportHandle,
                    })
                    {
                        ChildParts.Say(() =>
                        {
                            Drop(open);

                            // Telling takes descriptors, too.
                            Garbage.Collect();
                        });
                    }
                }
                return 0;
            case LockDropper:
                Linux.LimitLockedMemory(Allowed);
                ChildParts.Say(() => AfterDropping(map => map.Resize(Allowed / 2)));
                ChildParts.Say(() => AfterDropping(map => map.Lock()));
                return 0;
            default:
                return GuardedParts.Play(part, arguments);
        }
    }

    /// <summary>Asserts that a call fails, on a file of a pattern and, unless that is the failure, on none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">How long to make it; negative for not at all.</param>
    /// <param name="open">The call.</param>
    public static void AssertChangesNothing(string path, int length, Action<string> open)
    {
        if (length >= 0)
        {
            File.WriteAllBytes(path, Pattern.Bytes(0, length));
            Assert.ThrowsAny<Exception>(() => open(path));
            Assert.Equal(Pattern.Bytes(0, length), Files.Bytes(path));
            File.Delete(path);
        }
        Assert.ThrowsAny<Exception>(() => open(path));
        Assert.False(File.Exists(path), "a file was left");
    }

    /// <summary>As above, with a line for each status that the failures have.</summary>
    private static void Tell(string path, int length, Action<string> open) => AssertChangesNothing(path, length, path =>
    {
        try
        {
            open(path);
        }
        catch (Exception e) when ((e as MmapIoException ?? e.InnerException as MmapIoException) is { } told)
        {
            if (told.Status != MapStatus.NotFound)
            {
                Console.WriteLine(told.Status);
            }
            throw;
        }
    });

    /// <summary>Does what there is no locked memory left for, but for a map that was dropped.</summary>
    private static void AfterDropping(Action<MemoryMap> use)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(Allowed / 4, new MapOptions { Lock = true });
        map.Unlock();
        DropLocked(Allowed - MemoryMap.PageSize);
        use(map);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropLocked(int length) => _ = MemoryMap.CreateAnonymous(length, new MapOptions { Lock = true });

    private static void Drop(Func<IDisposable> open)
    {
        for (int i = 0; i < Dropped; i++)
        {
            _ = open();
        }
    }
}
