namespace MmapIo.Build.Kernels;

/// <summary>The first file system of an emulated machine: busybox, the tests, and the script that runs them.</summary>
internal static class FirstFiles
{
    private const string Script =
        """
        #!/bin/busybox sh
        /bin/busybox --install -s /bin
        export PATH=/bin TMPDIR=/tmp MMAPIO_TEST_LIBRARY=/lib/libmmapio.so.1
        mount -t proc proc /proc
        mount -t sysfs sys /sys
        mount -t devtmpfs dev /dev
        mkdir -p /dev/shm /sys/fs/cgroup
        mount -t tmpfs -o mode=1777 shm /dev/shm
        mount -t tmpfs -o mode=1777 tmp /tmp
        mount -t cgroup2 none /sys/fs/cgroup 2> /dev/null
        ifconfig lo up
        echo "@kernel $(uname -r)"
        mkdir /tmp/scratch
        cd /tmp/scratch
        while read -r program behaviour; do
          echo "@begin $program.$behaviour"
          timeout 120 /tests/test_$program $behaviour < /dev/null > /tmp/said 2>&1
          code=$?
          head -n 40 /tmp/said
          echo
          echo "@code $code"
        done < /tests/list
        echo "@end"
        poweroff -f

        """;

    /// <summary>Where the build left the program of a test.</summary>
    public static string ProgramOf(NativeTree tree, string test) =>
        Path.Combine(tree.Folder, "tests", "native", "bin", $"test_{test.Split('.')[0]}");

    /// <summary>Makes it, and gives its path.</summary>
    public static async Task<string> MakeAsync(
        Kernel kernel, NativeTree tree, string tools, IReadOnlyList<string> tests)
    {
        string root = Repository.At("artifacts", "kernels", kernel.Name);
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        foreach (string folder in new[] { "bin", "proc", "sys", "dev", "tmp", "lib", "etc", "tests" })
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        string loader = $"ld-musl-{kernel.Machine}.so.1";
        File.Copy(Path.Combine(tools, "bin", "busybox"), Path.Combine(root, "bin", "busybox"));
        File.Copy(FindLoader(tools, kernel.Machine), Path.Combine(root, "lib", loader));
        File.Copy(tree.FindLibrary("libmmapio.so"), Path.Combine(root, "lib", "libmmapio.so.1"));
        foreach (string program in tests.Select(test => ProgramOf(tree, test)).Distinct())
        {
            File.Copy(program, Path.Combine(root, "tests", Path.GetFileName(program)));
        }

        await File.WriteAllTextAsync(Path.Combine(root, "etc", "passwd"), "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n");
        await File.WriteAllTextAsync(Path.Combine(root, "etc", "group"), "root:x:0:\nnogroup:x:65534:\n");
        await File.WriteAllLinesAsync(Path.Combine(root, "tests", "list"), tests.Select(test => test.Replace('.', ' ')));
        await File.WriteAllTextAsync(Path.Combine(root, "init"), Script);
        await Step.QuietAsync(
            $"kernel {kernel.Name}: first files", "sh", "-c",
            "cd \"$0\" && chmod 755 init && find . | cpio --quiet -o -H newc | gzip -1 > \"$0.cpio.gz\"", root);
        return root + ".cpio.gz";
    }

    /// <summary>Beside the C library, which is the same file.</summary>
    private static string FindLoader(string tools, string machine) =>
        Directory.EnumerateFiles(tools, "libc.so", SearchOption.AllDirectories)
            .FirstOrDefault(file => file.Contains($"{machine}-linux-musl", StringComparison.Ordinal))
        ?? Directory.EnumerateFiles(tools, $"ld-musl-{machine}.so.1", SearchOption.AllDirectories).First();
}
