using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace MmapIo.Tests;

/// <summary>A plug-in that maps something can be unloaded, and the assembly with it.</summary>
public sealed class UnloadTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>Each makes something stay, or could: the meter, the thread's own notes, finalizers, threads of the
    /// pool.</summary>
    [Theory]
    [InlineData("nothing")]
    [InlineData("map")]
    [InlineData("dropped map")]
    [InlineData("flush")]
    [InlineData("flush on another thread")]
    [InlineData("ring")]
    [InlineData("many threads")]
    public void A_collectible_context_goes_when_it_is_unloaded(string use)
    {
        WeakReference context = UseAndUnload(use, _scratch.Patterned(5000));
        Garbage.CollectUntil(() => !context.IsAlive);
        Assert.False(context.IsAlive, "something keeps the assembly");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseAndUnload(string use, string path)
    {
        var context = new AssemblyLoadContext("plug-in", isCollectible: true);
        Assembly assembly = context.LoadFromAssemblyPath(typeof(MemoryMap).Assembly.Location);
        Assert.NotSame(typeof(MemoryMap).Assembly, assembly);
        Type map = assembly.GetType("MmapIo.MemoryMap", throwOnError: true)!;
        if (use == "ring")
        {
            Needs.Capability(MemoryMap.Capabilities.CanMirror, "map anything twice in a row");
            Type ring = assembly.GetType("MmapIo.MapRingBuffer", throwOnError: true)!;
            using var made = (IDisposable)ring.GetMethods().First(
                method => method.Name == "Create" && method.GetParameters()[0].ParameterType == typeof(long))
                .Invoke(null, [.. Arguments(ring, "Create", 1L)])!;
        }
        else if (use != "nothing")
        {
            Use(map, use, path);
        }
        context.Unload();
        return new WeakReference(context);
    }

    private static void Use(Type map, string use, string path)
    {
        object opened = map.GetMethod("Open", [typeof(string), map.Assembly.GetType("MmapIo.MapAccess")!, map.Assembly.GetType("MmapIo.MapOptions")!])!
            .Invoke(null, [path, 1, null])!;
        MethodInfo read = map.GetMethod("Read")!.MakeGenericMethod(typeof(byte));
        Assert.Equal(Pattern.At(7), read.Invoke(opened, [7L]));
        Type mode = map.Assembly.GetType("MmapIo.FlushMode")!;
        switch (use)
        {
            case "flush":
                map.GetMethod("Flush", [mode])!.Invoke(opened, [1]);
                break;
            case "flush on another thread":
                ((ValueTask)map.GetMethod("FlushAsync", [mode, typeof(CancellationToken)])!
                    .Invoke(opened, [1, CancellationToken.None])!).AsTask().GetAwaiter().GetResult();
                break;
            case "many threads":
                for (int i = 0; i < 100; i++)
                {
                    using (Threads.Start(() => read.Invoke(opened, [7L])))
                    {
                    }
                }
                break;
            default:
                break;
        }
        if (use != "dropped map")
        {
            ((IDisposable)opened).Dispose();
        }
    }

    private static IEnumerable<object?> Arguments(Type type, string method, object first) =>
        type.GetMethods().First(each => each.Name == method && each.GetParameters()[0].ParameterType == first.GetType())
            .GetParameters().Select((_, at) => at == 0 ? first : null);
}
